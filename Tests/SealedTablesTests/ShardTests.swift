import BlobStore
import CanonicalJSON
import Foundation
import Multiprecision
import Paillier
import SealedTables
import SharingModel
import TestSupport
import Testing

@Suite("Shards from anywhere")
struct ShardTests {
    /// A dataset of one shard, and the shard's bytes.
    private static func sealed(_ key: PublicKey) async throws -> (SealedDataset, Data, MemoryBlobStore) {
        let store = MemoryBlobStore()
        var generator = SeededGenerator(seed: 5)
        let csv = SmallTable.randomCSV(rows: 20, using: &generator)
        let report = try await SmallTable.sealer(key, store: store).seal(MemoryByteSource(csv.utf8, name: "t.csv"))
        return (report.dataset, try store.get(report.dataset.shards[0].cid).data, store)
    }

    /// The dataset with `bytes` in the place of its only shard, under a manifest that names them.
    private static func replace(
        _ bytes: Data, in dataset: SealedDataset, _ store: MemoryBlobStore
    ) throws -> SealedDataset {
        let cid = try store.put(bytes, codec: .raw)
        var members = try #require(CanonicalJSON.parse(store.get(dataset.cid).data).objectValue)
        members["shards"] = [
            [
                "bytes": .integer(Int64(max(bytes.count, dataset.manifest.rows))), "link": ["/": .string(cid.text)],
                "rows": .integer(Int64(dataset.manifest.rows)),
            ]
        ]
        let manifest = try store.put(CanonicalJSON.serialize(.object(members)), codec: .dagJSON)
        return try SealedDataset(loading: manifest, from: store)
    }

    /// Reads everything that a shard gives out.
    private static func readAll(_ shard: UnverifiedShard, _ key: PublicKey) throws {
        for field in shard.table.schema.fields {
            _ = shard.table.publicValues(of: field.name)
            _ = shard.table.pseudonyms(of: field.name)
            _ = shard.table.presence(of: field.name)?.count
        }
        #expect(shard.table.subjects.count == shard.table.rows)
        let verified = try shard.verified(under: key)
        for pack in shard.table.schema.packs { verified.withCiphertexts(of: pack.name) { _ = $0.count } }
    }

    @Test("Every single changed byte of header, table and padding is refused; others are read or refused")
    func refusesDamage() async throws {
        let key = try TestKey.small().publicKey
        let (dataset, bytes, store) = try await ShardTests.sealed(key)
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        // Header and table: 32 + 10 sections (4 public, 1 pseudonym, 3 presence, 2 packs) of 16 bytes.
        let structure = 32 + 10 * 16
        for place in 0..<structure {
            var damaged = bytes
            damaged[place] ^= UInt8.random(in: 1...255, using: &generator)
            let changed = try ShardTests.replace(damaged, in: dataset, store)
            #expect(throws: SealedTableError.self) { try UnverifiedShard(0, of: changed, in: store) }
        }
        for _ in 0..<1_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                damaged[Int.random(in: structure..<1_400, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            let changed = try ShardTests.replace(damaged, in: dataset, store)
            do {
                try ShardTests.readAll(UnverifiedShard(0, of: changed, in: store), key)
            } catch is SealedTableError {}
        }
    }

    @Test("A shard cut anywhere, or with something behind it, is refused")
    func refusesOtherLengths() async throws {
        let key = try TestKey.small().publicKey
        let (dataset, bytes, store) = try await ShardTests.sealed(key)
        for count in Array(0..<300) + [bytes.count - 1] {
            let changed = try ShardTests.replace(bytes.prefix(count), in: dataset, store)
            #expect(throws: SealedTableError.self) { try UnverifiedShard(0, of: changed, in: store) }
        }
        let longer = try ShardTests.replace(bytes + [0], in: dataset, store)
        #expect(throws: SealedTableError.self) { try UnverifiedShard(0, of: longer, in: store) }
    }

    @Test("A ciphertext of zero, of n², or that shares a factor with n is refused with pack and row")
    func refusesBadCiphertexts() async throws {
        let secret = try TestKey.small()
        let key = secret.publicKey
        let (dataset, bytes, store) = try await ShardTests.sealed(key)
        let width = key.ciphertextByteCount
        let use = try #require(PackName("use"))
        // The last section holds pack "use".
        let row = bytes.count - (20 - 7) * width
        let bad = [
            BigInteger(0), key.modulusSquared, key.modulusSquared + 5, key.modulus, key.modulus * 3,
        ].map { Data($0.bigEndianBytes(count: width).reversed()) }
        for ciphertext in bad {
            var damaged = bytes
            damaged.replaceSubrange(row..<row + width, with: ciphertext)
            let changed = try ShardTests.replace(damaged, in: dataset, store)
            let shard = try UnverifiedShard(0, of: changed, in: store)
            #expect(throws: SealedTableError.shard(.ciphertext(pack: use, row: 7))) { try shard.verified(under: key) }
            // For those who only add up, a shared factor is the sum's matter.
            guard ciphertext != bad[3], ciphertext != bad[4] else {
                _ = try shard.inRange(under: key, packs: [use])
                continue
            }
            #expect(throws: SealedTableError.shard(.ciphertext(pack: use, row: 7))) {
                try shard.inRange(under: key, packs: [use])
            }
        }
    }

    @Test("A shard is not verified under another key")
    func refusesOtherKey() async throws {
        let key = try TestKey.small().publicKey
        let (dataset, _, store) = try await ShardTests.sealed(key)
        let other = try TestKey.whole().publicKey
        let shard = try UnverifiedShard(0, of: dataset, in: store)
        #expect(throws: SealedTableError.shard(.keyMismatch)) { try shard.verified(under: other) }
    }

    @Test("A shard that the store lacks is reported by the store")
    func reportsMissingShard() async throws {
        let (dataset, _, _) = try await ShardTests.sealed(TestKey.small().publicKey)
        #expect(throws: BlobStoreError.blockMissing(dataset.shards[0].cid)) {
            try UnverifiedShard(0, of: dataset, in: MemoryBlobStore())
        }
    }
}
