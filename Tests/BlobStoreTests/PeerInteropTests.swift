import BlobStore
import CanonicalJSON
import Foundation
import SharingModel
import TestSupport
import Testing

private let peersPython = ProcessInfo.processInfo.environment["CHANCERY_PEERS_PYTHON"]

/// Against PyPI's multiformats, dag-cbor and ipld-car, which nobody here wrote.
///
/// Set CHANCERY_PEERS_PYTHON to an interpreter that has them:
/// `python3 -m venv V && V/bin/pip install multiformats dag_cbor ipld-car`.
@Suite(
    "With independent CID and CAR tools",
    .enabled(
        if: peersPython != nil,
        "set CHANCERY_PEERS_PYTHON to a Python with multiformats, dag_cbor and ipld-car"))
struct PeerInteropTests {
    let folder = TestFolder()

    @Test("Our CAR file is read by ipld-car, with the same roots, CIDs and bytes")
    func ourFile() throws {
        let store = MemoryBlobStore()
        let root = try makeGraph(in: store)
        let file = folder.url("ours.car")
        let summary = try store.exportDAG(roots: [root], to: file)
        let report = try python(
            """
            import hashlib, ipld_car, json, sys
            from multiformats import multihash
            roots, blocks = ipld_car.decode(open(sys.argv[1], "rb").read())
            for cid, data in blocks:
                assert multihash.digest(bytes(data), "sha2-256") == cid.digest, cid
            print(json.dumps({"roots": [str(r.set(base="base32")) for r in roots],
                "blocks": {str(c): hashlib.sha256(d).hexdigest() for c, d in blocks}, "count": len(blocks)}))
            """, file.path(percentEncoded: false))
        #expect(report["roots"] == .array([.string(root.text)]))
        #expect(report["count"] == .integer(Int64(summary.blockCount)))
        let blocks = try store.cids().map { ($0.text, JSONValue.string($0.digest.hex)) }
        #expect(report["blocks"] == .object(Dictionary(uniqueKeysWithValues: blocks)))
    }

    @Test("A CAR file of ipld-car is read here, and written again byte for byte")
    func theirFile() throws {
        let file = folder.url("theirs.car")
        let report = try python(
            """
            import ipld_car, json, sys
            from multiformats import CID, multihash
            def block(codec, data): return CID("base32", 1, codec, multihash.digest(data, "sha2-256")), data
            leaves = [block("raw", bytes([i]) * (i * 5000)) for i in range(40)]
            text = json.dumps({"leaves": [{"/": str(c)} for c, _ in leaves]}, separators=(",", ":"))
            root = block("dag-json", text.encode())
            open(sys.argv[1], "wb").write(ipld_car.encode([root[0]], [root, *leaves]))
            print(json.dumps({"root": str(root[0])}))
            """, file.path(percentEncoded: false))
        let store = try FileBlobStore(directory: folder.url("blobs"))
        let summary = try store.importCAR(from: file)
        #expect(report["root"] == .string(summary.roots[0].text))
        #expect(summary.blockCount == 41)
        var again = Data()
        try store.exportDAG(roots: summary.roots, to: &again)
        #expect(try again == Data(contentsOf: file))
    }

    @Test("CIDs of random content are those of multiformats")
    func randomCIDs() throws {
        var random = SeededGenerator(seed: 7)
        let content = (0..<50).map { count in Data((0..<count * 7).map { _ in random.byte() }) }
        let input = folder.url("content.json")
        try CanonicalJSON.encode(content).write(to: input)
        let report = try python(
            """
            import base64, json, sys
            from multiformats import CID, multihash
            content = [base64.b64decode(t) for t in json.load(open(sys.argv[1]))]
            print(json.dumps({codec: [str(CID("base32", 1, codec, multihash.digest(d, "sha2-256"))) for d in content]
                for codec in ("raw", "dag-json")}))
            """, input.path(percentEncoded: false))
        for (name, codec) in [("raw", CID.Codec.raw), ("dag-json", .dagJSON)] {
            #expect(report[name] == .array(content.map { .string(CID(of: $0, codec: codec).text) }))
        }
    }

    private func makeGraph(in store: some BlobStore) throws -> CID {
        let leaves = try (0..<30).map { Link(try store.put(Data(repeating: $0, count: 10_000), codec: .raw)) }
        let parts = try stride(from: 0, to: 30, by: 10).map { start in
            let part = try DAGJSON.encode(["shards": Array(leaves[start..<(start + 10)])])
            try store.put(part)
            return Link(part.cid)
        }
        let root = try DAGJSON.encode(["parts": parts])
        try store.put(root)
        return root.cid
    }

    /// Runs a program that prints one JSON document.
    private func python(_ program: String, _ argument: String) throws -> JSONValue {
        let process = Process()
        process.executableURL = URL(filePath: try #require(peersPython))
        process.arguments = ["-c", program, argument]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let printed = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return try CanonicalJSON.parse(printed)
    }
}
