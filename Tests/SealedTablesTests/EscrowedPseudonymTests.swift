import BlobStore
import Foundation
import Multiprecision
import Paillier
import SealedTables
import SharingModel
import Testing

@Suite("Pseudonyms whose values are sealed beside them")
struct EscrowedPseudonymTests {
    private static let schemaText = """
        {"fields": [
          {"name": "person", "type": "integer", "protection": "pseudonym"},
          {"name": "mother", "type": "string", "protection": "pseudonym"},
          {"name": "name", "type": "string", "protection": "sealed"},
          {"name": "cost", "type": "integer", "protection": "computable", "constraints": {"minimum": 0, "maximum": 9}}],
         "packs": {"use": ["cost"]}, "subject": "person"}
        """
    private static let csv = "person,mother,name,cost\n007,evelyn-maria,Ann,3\n8,,Bob,4\n+7,fayette-anna,,5\n"

    private let key: PrivateKey
    private let store = MemoryBlobStore()
    private let pseudonyms: PseudonymKey

    init() throws {
        key = try TestKey.whole()
        pseudonyms = try PseudonymKey(bytes: SmallTable.pseudonymKeyBytes)
    }

    private func schema() throws -> TableSchema {
        try TableSchema(json: Data(EscrowedPseudonymTests.schemaText.utf8)).escrowingPseudonyms
    }

    private func seal(rowsPerShard: Int = .max) async throws -> SealedDataset {
        var limits = TableSealer.Limits(workers: 2)
        limits.rowsPerShard = rowsPerShard
        let sealer = try TableSealer(
            name: #require(DatasetName("care1")), schema: schema(),
            encryptor: Encryptor(key: TestKey.small().publicKey, randomness: .half, expectedCount: 4),
            weightCapacityBits: 32, pseudonymKey: pseudonyms,
            fieldEncryptor: Encryptor(key: key.publicKey, expectedCount: 8), store: store, limits: limits)
        return try await sealer.seal(MemoryByteSource(EscrowedPseudonymTests.csv.utf8, name: "t.csv")).dataset
    }

    private func open(_ dataset: SealedDataset, _ row: Int, _ field: String) throws -> String? {
        try dataset.sealedCell(row: row, field: field, under: key.publicKey, in: store)
            .map { try $0.open(key: key.decrypt($0.wrappedKey)) }
    }

    @Test("The key for fields opens each value in normal text, of which the pseudonym is one", arguments: [Int.max, 1])
    func opens(_ rowsPerShard: Int) async throws {
        let sealed = try await seal(rowsPerShard: rowsPerShard)
        let dataset = try SealedDataset(loading: sealed.cid, from: store)
        #expect(dataset == sealed && dataset.manifest.sealedKey != nil)
        #expect(try (0..<3).map { try open(dataset, $0, "person") } == ["7", "8", "7"])
        #expect(try (0..<3).map { try open(dataset, $0, "mother") } == ["evelyn-maria", nil, "fayette-anna"])
        #expect(try (0..<3).map { try open(dataset, $0, "name") } == ["Ann", "Bob", nil])
        for (row, value) in ["7", "8", "7"].enumerated() {
            let pseudonym = pseudonyms.pseudonym(of: value.utf8)
            #expect(try dataset.pseudonym(row: row, field: "person", in: store) == pseudonym)
        }
        let place = try #require(try dataset.place(of: pseudonyms.pseudonym(of: "fayette-anna".utf8), in: store))
        #expect(place.row == 2 && place.field == "mother")
        #expect(try dataset.place(of: pseudonyms.pseudonym(of: "gil".utf8), in: store) == nil)
        #expect(try dataset.pseudonym(row: 1, field: "mother", in: store) == nil)
    }

    @Test("No block of the dataset holds a value in clear")
    func hidden() async throws {
        let names = ["evelyn-maria", "fayette-anna"].map { Data($0.utf8) }
        _ = try await seal()
        for cid in try store.cids() where cid.codec == .raw {
            let data = try store.get(cid).data
            for name in names { #expect(data.range(of: name) == nil) }
        }
    }

    @Test("Without it a pseudonym has no cell; it is said in the manifest, and for pseudonym columns only")
    func schemas() async throws {
        let plain = try TableSchema(json: Data(EscrowedPseudonymTests.schemaText.utf8))
        #expect(plain.cellFields.map(\.name) == ["name"])
        #expect(try schema().cellFields.map(\.name) == ["person", "mother", "name"])
        let dataset = try await seal()
        let text = String(decoding: try store.get(dataset.cid).data, as: UTF8.self)
        #expect(text.components(separatedBy: "\"escrowed\":true").count == 3)
        for protection in ["sealed", "public"] {
            let json = """
                {"fields": [{"name": "a", "type": "integer", "protection": "\(protection)", "escrowed": true}],
                 "packs": {}, "subject": "a"}
                """
            #expect(throws: SealedTableError.schema(.onlyForPseudonyms("escrowed"), field: "a")) {
                try TableSchema(json: Data(json.utf8))
            }
        }
    }

    @Test("A shard with a pseudonym whose value is not sealed, or a value without a pseudonym, is refused")
    func presence() async throws {
        let dataset = try await seal()
        let reference = dataset.shards[0]
        var bytes = try store.get(reference.cid).data
        // The bitmap of the section of pseudonyms (kind 3) of the column mother (1): row 1 has none.
        let count = Int(bytes[20])
        let entry = try #require(
            (0..<count).map { 32 + 16 * $0 }.first { bytes[$0] == 3 && bytes[$0 + 2] == 1 })
        let offset = (0..<4).reduce(0) { $0 | Int(bytes[entry + 4 + $1]) << (8 * $1) }
        #expect(bytes[offset] == 0b101)
        bytes[offset] = 0b111
        let cid = try store.put(bytes, codec: .raw)
        let manifest = dataset.manifest
        let forged = Manifest(
            name: manifest.name, keyFingerprint: manifest.keyFingerprint, modulusBitCount: manifest.modulusBitCount,
            weightCapacityBits: manifest.weightCapacityBits, schema: manifest.schema, layout: manifest.layout,
            rows: manifest.rows, subjects: manifest.subjects, pseudonymKey: manifest.pseudonymKey,
            sealedKey: manifest.sealedKey,
            shards: .direct([ShardReference(cid: cid, rows: reference.rows, bytes: reference.bytes)]))
        let block = try forged.block()
        try store.put(block)
        let loaded = try SealedDataset(loading: block.cid, from: store)
        #expect(throws: SealedTableError.shard(.value(column: "mother", row: 1))) {
            _ = try UnverifiedShard(0, of: loaded, in: store)
        }
    }
}
