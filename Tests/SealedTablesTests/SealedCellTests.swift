import BlobStore
import Foundation
import Multiprecision
import Paillier
import SealedTables
import SharingModel
import Testing

@Suite("Sealed columns")
struct SealedCellTests {
    private static let schemaText = """
        {"fields": [
          {"name": "id", "type": "integer", "protection": "public"},
          {"name": "name", "type": "string", "protection": "sealed"},
          {"name": "born", "type": "date", "protection": "sealed", "constraints": {"required": true}},
          {"name": "weight", "type": "number", "protection": "sealed", "constraints": {"minimum": 0, "maximum": 300}},
          {"name": "cost", "type": "integer", "protection": "computable", "constraints": {"minimum": 0, "maximum": 9}}],
         "packs": {"use": ["cost"]}, "subject": "id"}
        """
    private static let csv = """
        id,name,born,weight,cost
        1,Ann,1980-02-29,61.5,3
        2,,1999-12-31,,4
        3,"Ünal, Bo",2001-01-01,80,5

        """

    private struct Fixture {
        let key: PrivateKey
        let store = MemoryBlobStore()
        let dataset: SealedDataset

        init(name: String = "care1", rowsPerShard: Int = .max, csv: String = SealedCellTests.csv) async throws {
            key = try TestKey.whole()
            var limits = TableSealer.Limits(workers: 2)
            limits.rowsPerShard = rowsPerShard
            let sealer = try TableSealer(
                name: #require(DatasetName(name)), schema: TableSchema(json: Data(schemaText.utf8)),
                encryptor: Encryptor(key: TestKey.small().publicKey, randomness: .half, expectedCount: 4),
                weightCapacityBits: 32, pseudonymKey: nil,
                fieldEncryptor: Encryptor(key: key.publicKey, expectedCount: 8), store: store, limits: limits)
            dataset = try await sealer.seal(MemoryByteSource(csv.utf8, name: "t.csv")).dataset
        }

        func cell(_ row: Int, _ field: String) throws -> SealedCell? {
            try dataset.sealedCell(row: row, field: field, under: key.publicKey, in: store)
        }

        func open(_ row: Int, _ field: String) throws -> String? {
            try cell(row, field).map { try $0.open(key: key.decrypt($0.wrappedKey)) }
        }
    }

    @Test("The owner's key opens every cell, in one shard or in three", arguments: [Int.max, 1])
    func opens(_ rowsPerShard: Int) async throws {
        let fixture = try await Fixture(rowsPerShard: rowsPerShard)
        #expect(fixture.dataset.shards.count == (rowsPerShard == 1 ? 3 : 1))
        #expect(try SealedDataset(loading: fixture.dataset.cid, from: fixture.store) == fixture.dataset)
        #expect(try (0..<3).map { try fixture.open($0, "name") } == ["Ann", nil, "Ünal, Bo"])
        #expect(try (0..<3).map { try fixture.open($0, "born") } == ["1980-02-29", "1999-12-31", "2001-01-01"])
        #expect(try (0..<3).map { try fixture.open($0, "weight") } == ["61.5", nil, "80"])
    }

    @Test("No block of the dataset holds a sealed value")
    func hidden() async throws {
        let fixture = try await Fixture()
        for cid in try fixture.store.cids() {
            let data = try fixture.store.get(cid).data
            for value in ["Ann", "Ünal", "1980-02-29", "61.5"] {
                #expect(data.range(of: Data(value.utf8)) == nil, "\(value) in \(cid)")
            }
        }
    }

    @Test("A cell opens with its own key only: keys and boxes of other rows and fields do not fit")
    func ownKey() async throws {
        let fixture = try await Fixture()
        let (first, third) = (try #require(try fixture.cell(0, "name")), try #require(try fixture.cell(2, "name")))
        let born = try #require(try fixture.cell(0, "born"))
        for other in [third, born] {
            let key = try fixture.key.decrypt(other.wrappedKey)
            #expect(throws: SealedTableError.sealedCell(.box, field: "name", row: 0)) { try first.open(key: key) }
        }
        #expect(throws: SealedTableError.sealedCell(.key, field: "name", row: 0)) {
            try first.open(key: BigInteger.one << 256)
        }
    }

    /// Where associated data is wrong: the same bytes under another dataset, and rows exchanged in a shard.
    @Test("A shard that is published under another name, or with its rows exchanged, opens nothing")
    func moved() async throws {
        let fixture = try await Fixture(rowsPerShard: 1)
        let swapped = Manifest(
            moving: fixture.dataset.manifest, name: nil, shards: [2, 1, 0].map { fixture.dataset.shards[$0] })
        let renamed = Manifest(
            moving: fixture.dataset.manifest, name: DatasetName("care2"), shards: fixture.dataset.shards)
        for manifest in [swapped, renamed] {
            let block = try manifest.block()
            try fixture.store.put(block)
            let moved = try SealedDataset(loading: block.cid, from: fixture.store)
            let cell = try #require(
                try moved.sealedCell(row: 0, field: "born", under: fixture.key.publicKey, in: fixture.store))
            let key = try fixture.key.decrypt(cell.wrappedKey)
            #expect(throws: SealedTableError.sealedCell(.box, field: "born", row: 0)) { try cell.open(key: key) }
        }
    }

    @Test("What is no sealed cell is said: other columns, rows that are not there, another key")
    func noCell() async throws {
        let fixture = try await Fixture()
        #expect(throws: SealedTableError.sealedCell(.notSealed, field: "cost", row: 0)) { try fixture.cell(0, "cost") }
        for row in [-1, 3, Int.max] {
            #expect(throws: SealedTableError.sealedCell(.noSuchRow(rows: 3), field: "name", row: row)) {
                try fixture.cell(row, "name")
            }
        }
        let other = try TestKey.small().publicKey
        #expect(throws: SealedTableError.sealedCell(.otherKey, field: "name", row: 0)) {
            try fixture.dataset.sealedCell(row: 0, field: "name", under: other, in: fixture.store)
        }
    }

    @Test("Texts of up to 28 bytes have boxes of one length, and so shards of one length")
    func padding() async throws {
        func shardBytes(_ name: String) async throws -> Int {
            let csv = "id,name,born,weight,cost\n1,\(name),1980-02-29,61.5,3\n"
            return try await Fixture(csv: csv).dataset.shards[0].bytes
        }
        let (short, long) = (try await shardBytes("A"), try await shardBytes(String(repeating: "A", count: 28)))
        let longer = try await shardBytes(String(repeating: "A", count: 200))
        #expect(short == long && longer > long)
    }

    @Test("Every byte of a shard that is changed in its sealed sections is refused, or the cell does not open")
    func altered() async throws {
        let fixture = try await Fixture()
        let shard = fixture.dataset.shards[0]
        let data = try fixture.store.get(shard.cid).data
        // From the first box on; ciphertexts of the pool's key lie behind.
        for place in stride(from: 160, to: data.count, by: 97) {
            var altered = data
            altered[place] ^= 0x10
            let cid = try fixture.store.put(altered, codec: .raw)
            let manifest = Manifest(
                moving: fixture.dataset.manifest, name: nil,
                shards: [ShardReference(cid: cid, rows: shard.rows, bytes: shard.bytes)])
            let block = try manifest.block()
            try fixture.store.put(block)
            let dataset = try SealedDataset(loading: block.cid, from: fixture.store)
            for (row, field) in [(0, "name"), (2, "name"), (0, "born"), (0, "weight")] {
                let value = try? dataset.sealedCell(
                    row: row, field: field, under: fixture.key.publicKey, in: fixture.store
                ).map { try $0.open(key: fixture.key.decrypt($0.wrappedKey)) }
                #expect(try value == nil || value == fixture.open(row, field), "byte \(place) gives another value")
            }
        }
    }

    @Test(
        "A value outside its bounds or of another type is refused with its place",
        arguments: ["61,x", "300.5,3", "-1,3"])
    func checked(_ cells: String) async throws {
        await #expect(throws: SealedTableError.self) {
            _ = try await Fixture(csv: "id,name,born,weight,cost\n1,Ann,1980-02-29,\(cells)\n")
        }
    }

    @Test("Without a key for fields nothing is sealed")
    func needsKey() throws {
        #expect(throws: SealedTableError.fieldKeyNeeded(field: "name")) {
            _ = try SmallTable.sealer(
                TestKey.small().publicKey, schema: TableSchema(json: Data(SealedCellTests.schemaText.utf8)),
                store: MemoryBlobStore())
        }
    }
}

extension Manifest {
    /// `manifest` with other shards, and another name, as a publisher could write it.
    fileprivate init(moving manifest: Manifest, name: DatasetName?, shards: [ShardReference]) {
        self.init(
            name: name ?? manifest.name, keyFingerprint: manifest.keyFingerprint,
            modulusBitCount: manifest.modulusBitCount, weightCapacityBits: manifest.weightCapacityBits,
            schema: manifest.schema, layout: manifest.layout, rows: manifest.rows, subjects: manifest.subjects,
            pseudonymKey: manifest.pseudonymKey, sealedKey: manifest.sealedKey, shards: .direct(shards))
    }
}
