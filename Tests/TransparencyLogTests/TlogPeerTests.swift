import Foundation
import SharingModel
import TestSupport
import Testing
import TransparencyLog

/// Logs of our own making, read by Go's `golang.org/x/mod/sumdb/note` and `tlog` (Tests/Peers/tlog).
@Suite("golang.org/x/mod", .serialized)
struct TlogPeerTests {
    private static let origin = "chancery/0123456789abcdef/health"

    @Test(
        "x/mod verifies checkpoint, cosignatures, tiles, bundles, and proofs that are equal to its own",
        arguments: [1, 2, 3, 255, 256, 257, 511, 512, 513, 1_000, 65_535, 65_536, 65_537, 66_049])
    func agrees(size: Int) throws {
        guard try TlogPeer.isThere() else { return }
        let log = try StaticLog(size: size, origin: Self.origin)
        let answer = try log.check(quorum: 3)
        #expect(answer.status == 0, "\(answer.message)")
        #expect(answer.output.contains("\"size\":\(size)") && answer.output.contains("\"cosignatures\":3"))
        #expect(answer.output.contains("\"inclusion\":\(log.inclusionProofs)"))
    }

    @Test("x/mod finds what is altered: tile, leaf, root, cosignature, proof, quorum", arguments: [257, 1_000])
    func finds(size: Int) throws {
        guard try TlogPeer.isThere() else { return }
        let alterations: [(String, (StaticLog) throws -> Void)] = [
            ("tile", { try $0.alter("tile/0/000") }),
            ("leaf", { try $0.alter("tile/entries/000") }),
            ("partial tile", { try $0.alter("tile/0/00\(size >> 8).p/\(size & 255)") }),
            ("upper tile", { try $0.alter("tile/1/000.p/\(size >> 8)") }),
        ]
        for (what, alter) in alterations {
            let log = try StaticLog(size: size, origin: Self.origin)
            try alter(log)
            #expect(try log.check(quorum: 3).status == 1, "\(what)")
        }
        let log = try StaticLog(size: size, origin: Self.origin)
        #expect(try log.check(quorum: 4).message.contains("3 cosignatures instead of 4"))
        #expect(try log.check(quorum: 3, alteringProofs: true).status == 1)
        try log.alterCheckpoint()
        #expect(try log.check(quorum: 3).status == 1)
    }
}

/// A log as static files, as any web server could serve it.
private final class StaticLog {
    private let folder = TestFolder()
    private let origin: String
    private var keys: [String] = []
    private var inclusion: [InclusionProof] = []
    private var consistency: [(ConsistencyProof, Digest)] = []

    var inclusionProofs: Int { inclusion.count }

    init(size: Int, origin: String) throws {
        self.origin = origin
        var generator = SeededGenerator(seed: UInt64(size))
        let leaves = (0..<size).map { number in
            let rest = Data(repeating: UInt8(number & 255), count: .random(in: 0...40, using: &generator))
            return Data("\(number) ".utf8) + rest
        }
        let tree = MerkleTree(entries: leaves)
        try writeTiles(tree, leaves)
        try writeCheckpoint(tree)
        for _ in 0..<40 {
            let second = Int.random(in: max(1, size - 300)...size, using: &generator)
            let index = Int.random(in: 0..<second, using: &generator)
            inclusion.append(try tree.inclusionProof(index: index, size: second))
            let first = Int.random(in: 1...second, using: &generator)
            consistency.append((try tree.consistencyProof(from: first, to: second), try tree.treeRoot(size: first)))
        }
        for index in [0, size - 1, size / 2] { inclusion.append(try tree.inclusionProof(index: index, size: size)) }
    }

    private func writeTiles(_ tree: MerkleTree, _ leaves: [Data]) throws {
        for level in 0...TilePath.highestLevel {
            for index in 0... {
                guard let path = TilePath(level: level, index: index, treeSize: tree.size) else { break }
                try write(try #require(try tree.tile(path, size: tree.size)), to: path.text)
            }
        }
        for index in 0... {
            guard let path = TilePath(level: nil, index: index, treeSize: tree.size) else { break }
            let first = index * TilePath.fullWidth
            try write(try #require(EntryBundle.encode(leaves[first..<(first + path.width)])), to: path.text)
        }
    }

    private func writeCheckpoint(_ tree: MerkleTree) throws {
        let checkpoint = try Checkpoint(origin: origin, size: tree.size, root: tree.root)
        var cosigned = CosignedCheckpoint(checkpoint)
        for number in 1...3 {
            let key = try CosigningKey.generate(name: "chancery/0123456789abcdef/party/site\(number)")
            keys.append(key.noteKey.verifierKey)
            let time = Timestamp(seconds: 1_795_000_000 + Int64(number))
            cosigned = cosigned.adding(try key.cosign(checkpoint, at: time))
        }
        // One of nobody known: to be passed over.
        let stranger = try CosigningKey.generate(name: "stranger")
        cosigned = cosigned.adding(try stranger.cosign(checkpoint, at: Timestamp(seconds: 1)))
        try write(try cosigned.bytes(), to: "/checkpoint")
    }

    private func write(_ data: Data, to path: String) throws {
        let url = folder.url(String(path.dropFirst()))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
    }

    /// Flips a bit in the middle of a file.
    func alter(_ name: String) throws {
        var data = try folder.content(name)
        data[data.count / 2] ^= 1
        try data.write(to: folder.url(name))
    }

    /// Another root under the same cosignatures.
    func alterCheckpoint() throws {
        var lines = String(decoding: try folder.content("checkpoint"), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        lines[2] = Data(repeating: 7, count: 32).base64EncodedString()
        try Data(lines.joined(separator: "\n").utf8).write(to: folder.url("checkpoint"))
    }

    func check(quorum: Int, alteringProofs: Bool = false) throws -> TlogPeer.Answer {
        func texts(_ hashes: [Digest]) -> [String] {
            var texts = hashes.map { Data($0.bytes).base64EncodedString() }
            if alteringProofs, !texts.isEmpty { texts[0] = Data(repeating: 7, count: 32).base64EncodedString() }
            return texts
        }
        let proofs: [String: Any] = [
            "inclusion": inclusion.map {
                ["index": $0.index, "treeSize": $0.treeSize, "hashes": texts($0.hashes)] as [String: Any]
            },
            "consistency": consistency.map { proof, root in
                [
                    "firstSize": proof.firstSize, "secondSize": proof.secondSize, "hashes": texts(proof.hashes),
                    "firstRoot": Data(root.bytes).base64EncodedString(),
                ] as [String: Any]
            },
        ]
        return try TlogPeer.check(
            folder.path, quorum: quorum, origin: origin, keys: keys,
            proofs: JSONSerialization.data(withJSONObject: proofs, options: .withoutEscapingSlashes))
    }
}
