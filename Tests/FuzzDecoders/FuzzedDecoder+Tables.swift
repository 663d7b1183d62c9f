import BlobStore
import CanonicalJSON
import Foundation
import Multiprecision
import Paillier
import SealedTables

extension FuzzedDecoder {
    private static let tableErrors: [any Error.Type] = [SealedTableError.self]

    static let tables: [FuzzedDecoder] = [
        FuzzedDecoder("shard", .binary, throws: tableErrors) { input in
            let fixture = try FuzzFixture.shared.get()
            let shard = try UnverifiedShard(0, of: fixture.datasets[0], in: OneBlockStore(input))
            let table = shard.table
            try require(table.subjects.count == table.rows, "the subjects")
            for field in table.schema.fields {
                _ = table.publicValues(of: field.name)
                _ = table.pseudonyms(of: field.name)
                _ = table.presence(of: field.name)
            }
            let verified = try shard.verified(under: fixture.key.publicKey)
            for pack in table.schema.packs {
                verified.withCiphertexts(of: pack.name) { limbs in
                    var sum = CiphertextAccumulator(key: fixture.key.publicKey)
                    sum.add(littleEndianLimbs: .init(rebasing: limbs[..<table.ciphertextByteCount]))
                }
            }
        },
        FuzzedDecoder("sealed-cells", .binary, throws: tableErrors) { input in
            let fixture = try FuzzFixture.shared.get()
            let known = MemoryBlobStore()
            let text = try Data(contentsOf: FuzzFixture.corpora.appending(path: "manifest/sealed.json"))
            let manifest = try known.put(text, codec: .dagJSON)
            let dataset = try SealedDataset(loading: manifest, from: known)
            for field in dataset.manifest.schema.cellFields {
                for row in 0..<dataset.manifest.rows {
                    _ = try dataset.sealedCell(
                        row: row, field: field.name, under: fixture.key.publicKey, in: OneBlockStore(input)
                    )?.open(key: 1)
                }
            }
        },
        FuzzedDecoder("manifest", .json, throws: tableErrors) { input in
            let block = try block(input)
            try require(try Manifest(block).block() == block, "the manifest")
        },
        FuzzedDecoder("shard-index", .json, throws: tableErrors + [BlobStoreError.self]) { input in
            let known = MemoryBlobStore()
            let indexed = try Data(contentsOf: FuzzFixture.corpora.appending(path: "manifest/indexed.json"))
            let cid = try known.put(indexed, codec: .dagJSON)
            let second = FuzzFixture.corpora.appending(path: "shard-index/refused-as-it-is-the-second.json")
            try known.put(try Data(contentsOf: second), codec: .dagJSON)
            _ = try SealedDataset(loading: cid, from: OneBlockStore(input, known: known))
        },
        FuzzedDecoder("table-schema", .json, throws: tableErrors) { input in
            let schema = try TableSchema(json: input)
            let normal = try CanonicalJSON.encode(schema)
            try require(try CanonicalJSON.decode(TableSchema.self, from: normal) == schema, "the schema")
            _ = try TableLayout(schema: schema, weightCapacityBits: 32, modulusBitCount: 3_072)
        },
        FuzzedDecoder("csv", .text, throws: tableErrors) { input in
            let schema = try FuzzFixture.shared.get().datasets[0].manifest.schema
            // In pieces of a few bytes too, so that every boundary falls into something.
            let pieces = [1 << 16, 1 + input.count % 7]
            let summaries = pieces.map { pieceByteCount in
                Result { () throws(SealedTableError) in
                    try schema.check(MemoryByteSource(input, name: "table.csv", pieceByteCount: pieceByteCount))
                }
            }
            try require(summaries[0] == summaries[1], "the same table in pieces")
            _ = try summaries[0].get()
        },
    ]

    private static func block(_ input: Data) throws(SealedTableError) -> Block {
        do throws(BlobStoreError) {
            return try Block(input, codec: .dagJSON)
        } catch {
            throw .manifest(.codec)
        }
    }
}
