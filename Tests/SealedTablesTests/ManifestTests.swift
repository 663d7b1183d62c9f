import BlobStore
import CanonicalJSON
import Foundation
import Paillier
import SealedTables
import SharingModel
import TestSupport
import Testing

@Suite("Manifest")
struct ManifestTests {
    private func sealed(entriesPerBlock: Int = 100) async throws -> (SealedDataset, MemoryBlobStore) {
        let store = MemoryBlobStore()
        var generator = SeededGenerator(seed: 4)
        let csv = SmallTable.randomCSV(rows: 40, using: &generator)
        let sealer = try SmallTable.sealer(
            TestKey.small().publicKey, store: store, shardByteCount: 6_000, entriesPerBlock: entriesPerBlock)
        return (try await sealer.seal(MemoryByteSource(csv.utf8, name: "t.csv")).dataset, store)
    }

    private func json(_ dataset: SealedDataset, in store: MemoryBlobStore) throws -> [String: JSONValue] {
        try #require(CanonicalJSON.parse(store.get(dataset.cid).data).objectValue)
    }

    private func read(_ members: [String: JSONValue]) throws -> Manifest {
        try Manifest(Block(CanonicalJSON.serialize(.object(members)), codec: .dagJSON))
    }

    @Test("A manifest reads back as it was written, with its shards as links")
    func readsBack() async throws {
        let (dataset, store) = try await sealed()
        let block = try store.get(dataset.cid)
        #expect(try Manifest(block) == dataset.manifest)
        #expect(try dataset.manifest.block() == block)
        #expect(try DAGJSON.links(in: block) == dataset.shards.map(\.cid))
    }

    @Test("Anything that does not hang together is refused")
    func refusesContradictions() async throws {
        let (dataset, store) = try await sealed()
        let good = try json(dataset, in: store)
        let rows = dataset.manifest.rows
        func refused(_ problem: ManifestProblem, _ change: (inout [String: JSONValue]) throws -> Void) throws {
            var members = good
            try change(&members)
            #expect(throws: SealedTableError.manifest(problem)) { try read(members) }
        }
        try refused(.rowSum(shards: rows, manifest: rows + 1)) { $0["rows"] = .integer(Int64(rows + 1)) }
        try refused(.unsupportedVersion(2)) { $0["version"] = 2 }
        try refused(.subjectCount) { $0["subjects"] = 0 }
        try refused(.subjectCount) { $0["subjects"] = .integer(Int64(rows + 1)) }
        try refused(.pseudonymKey) { $0["pseudonymKey"] = nil }
        try refused(.layoutMismatch) { $0["weightCapacityBits"] = 33 }
        try refused(.layoutMismatch) { $0["layout"] = [:] }
        try refused(.weightCapacityBits(0)) { $0["weightCapacityBits"] = 0 }
        try refused(.modulusBits(1 << 30)) {
            $0["key"] = ["fingerprint": .string(dataset.manifest.keyFingerprint), "modulusBits": 1_073_741_824]
        }
        try refused(.keyFingerprint) { $0["key"] = ["fingerprint": "aa", "modulusBits": 1024] }
        try refused(.shardCount(found: 0, expected: ShardList.mostEntries)) { $0["shards"] = [] }
        try refused(.linkCodec(index: 0)) {
            $0["shards"] = [["bytes": 6000, "link": ["/": .string(dataset.cid.text)], "rows": 40]]
        }
        try refused(.shardSize(index: 0)) {
            $0["shards"] = [["bytes": 6000, "link": ["/": .string(dataset.shards[0].cid.text)], "rows": -40]]
        }
    }

    @Test("Unknown members, another order and whitespace are refused")
    func refusesOtherSpellings() async throws {
        let (dataset, store) = try await sealed()
        var members = try json(dataset, in: store)
        members["more"] = 1
        #expect(throws: SealedTableError.self) { try read(members) }
        let spaced = try Data(" ".utf8) + store.get(dataset.cid).data
        #expect(throws: SealedTableError.self) { try Manifest(Block(spaced, codec: .dagJSON)) }
        #expect(throws: SealedTableError.manifest(.codec)) {
            try Manifest(Block(store.get(dataset.cid).data, codec: .raw))
        }
    }

    @Test("An index block that says something else than its entry is refused")
    func refusesOtherIndex() async throws {
        let (dataset, store) = try await sealed(entriesPerBlock: 2)
        guard case .indexed(let indexes) = dataset.manifest.shards else {
            Issue.record("the manifest should hold indexes")
            return
        }
        var members = try json(dataset, in: store)
        // The first index twice: the manifest's sums still hold if they are adapted, the links do not.
        let entries = try #require(members["indexes"]?.arrayValue)
        var first = try #require(entries[0].objectValue)
        first["rows"] = .integer(Int64(indexes[0].rows + 1))
        members["indexes"] = .array([.object(first)] + entries.dropFirst())
        members["rows"] = .integer(Int64(dataset.manifest.rows + 1))
        let cid = try store.put(CanonicalJSON.serialize(.object(members)), codec: .dagJSON)
        #expect(
            throws: SealedTableError.manifest(.rowSum(shards: indexes[0].rows, manifest: indexes[0].rows + 1))
        ) { try SealedDataset(loading: cid, from: store) }
    }

    @Test("Random damage to a manifest is read or refused, never more")
    func survivesDamage() async throws {
        let (dataset, store) = try await sealed()
        let bytes = try store.get(dataset.cid).data
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1_000 {
            var damaged = bytes
            let place = Int.random(in: damaged.indices, using: &generator)
            damaged[place] = Bool.random(using: &generator) ? UInt8.random(in: 0x2C...0x7D, using: &generator) : 0x39
            do {
                _ = try Manifest(Block(damaged, codec: .dagJSON))
            } catch is SealedTableError {}
        }
    }
}
