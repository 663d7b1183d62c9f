import BlobStore
import Foundation
import Multiprecision
import Paillier
import SealedTables
import SharingModel
import Synchronization
import TestSupport
import Testing

@Suite("Sealing a table")
struct TableSealerTests {
    private func source(_ csv: String) -> MemoryByteSource { MemoryByteSource(csv.utf8, name: "t.csv") }

    @Test("Public columns, pseudonyms and presence come back, and every slot decrypts to its entry")
    func sealsSmallTable() async throws {
        let key = try TestKey.small()
        let store = MemoryBlobStore()
        let report = try await SmallTable.sealer(key.publicKey, store: store).seal(source(SmallTable.csv))
        #expect(report.rows == 3 && report.shards == 1 && report.droppedColumns == ["note"])
        let dataset = try SealedDataset(loading: report.dataset.cid, from: store)
        #expect(dataset == report.dataset)
        #expect(dataset.manifest.subjects == 2)
        let pseudonymKey = try PseudonymKey(bytes: SmallTable.pseudonymKeyBytes)
        #expect(dataset.manifest.pseudonymKey == pseudonymKey.id)

        let shard = try UnverifiedShard(0, of: dataset, in: store).verified(under: key.publicKey)
        let table = shard.table
        #expect(table.publicValues(of: "region") == [.text("north"), .text("so\"uth, ü"), .null])
        #expect(table.publicValues(of: "year") == [.integer(2020), .null, .integer(-7)])
        #expect(table.publicValues(of: "insured") == [.integer(1), .integer(0), .null])
        #expect(table.publicValues(of: "day") == [.text("2020-02-29"), .null, .text("1999-12-31")])
        #expect(table.publicValues(of: "cost") == nil && table.publicValues(of: "id") == nil)
        #expect(table.subjects == ["ann", "bob", "ann"].map { pseudonymKey.pseudonym(of: $0.utf8) })
        #expect(presence(of: "cost", table) == [true, true, false])
        #expect(presence(of: "visits", table) == [true, false, true])

        let opened = try open(shard, dataset, with: key)
        // (v + 10.5) · 100, its square, visits; 0 where there is no value.
        #expect(opened["use"] == [[2_275, 5_175_625, 3], [0, 0, 0], [0, 0, 0]])
        #expect(opened["person"] == [[305], [410], [0]])
    }

    private func presence(of column: String, _ table: ShardTable) -> [Bool] {
        guard let bitmap = table.presence(of: column) else { return [] }
        return (0..<table.rows).map { bitmap[$0] }
    }

    /// The slots of every pack, row by row.
    private func open(
        _ shard: Shard, _ dataset: SealedDataset, with key: PrivateKey
    ) throws -> [String: [[BigInteger]]] {
        var opened: [String: [[BigInteger]]] = [:]
        for pack in dataset.manifest.layout.packs {
            opened[pack.name.text] = try (0..<shard.rows).map { row in
                let value = shard.withCiphertext(of: pack.name, row: row) { BigInteger(littleEndianLimbs: $0) }
                let plain = try key.decrypt(Ciphertext(checking: value, under: key.publicKey))
                return try pack.packing.unpack(plain)
            }
        }
        return opened
    }

    @Test("Rows of the demo's table decrypt to exactly what the CSV says, at 2048 bits")
    func sealsDemoRows() async throws {
        let text = try String(contentsOfFile: PackageFile.table, encoding: .utf8)
        let lines = text.split(separator: "\n")
        let picked = stride(from: 1, to: lines.count, by: 67).map { lines[$0] }
        let csv = ([lines[0]] + picked).joined(separator: "\n")
        let key = try TestKey.whole()
        let store = MemoryBlobStore()
        let schema = try PackageFile.healthSchema()
        let sealer = try SmallTable.sealer(key.publicKey, schema: schema, store: store, expectedCount: 2 * picked.count)
        let report = try await sealer.seal(source(csv))
        #expect(report.rows == picked.count)

        let header = lines[0].split(separator: ",").map(String.init)
        let cells = picked.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        var row = 0
        for index in report.dataset.shards.indices {
            let shard = try UnverifiedShard(index, of: report.dataset, in: store).verified(under: key.publicKey)
            let opened = try open(shard, report.dataset, with: key)
            for local in 0..<shard.rows {
                for pack in report.dataset.manifest.layout.packs {
                    let values = try #require(opened[pack.name.text])[local]
                    for (slot, value) in zip(pack.slots, values) {
                        let column = try #require(header.firstIndex(of: slot.column))
                        let computable = try #require(schema.field(slot.column)?.computable)
                        let entry = try entry(cells[row][column], decimals: computable.decimals)
                        #expect(value == (slot.content == .square ? entry * entry : entry))
                        #expect(shard.table.presence(of: slot.column)?[local] == !cells[row][column].isEmpty)
                    }
                }
                row += 1
            }
        }
        #expect(row == picked.count)
    }

    /// The digits of a decimal text moved by `decimals`: another way than the module's (all minima here are 0).
    private func entry(_ text: String, decimals: Int) throws -> BigInteger {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let zeros = String(repeating: "0", count: decimals - fraction.count)
        return try #require(BigInteger("0\(parts.first ?? "")\(fraction)\(zeros)"))
    }

    @Test("Rows keep their order over many shards and nested indexes, and every shard is within its limit")
    func splitsIntoShards() async throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let csv = SmallTable.randomCSV(rows: 120, using: &generator)
        let key = try TestKey.small().publicKey
        let store = MemoryBlobStore()
        let sealer = try SmallTable.sealer(key, store: store, shardByteCount: 6_000, entriesPerBlock: 4)
        let report = try await sealer.seal(source(csv))
        #expect(report.shards > 8)
        guard case .indexed(let indexes) = report.dataset.manifest.shards else {
            Issue.record("the manifest should hold indexes")
            return
        }
        #expect(indexes.count == (report.shards + 3) / 4)
        let dataset = try SealedDataset(loading: report.dataset.cid, from: store)
        #expect(dataset.shards == report.dataset.shards)
        var regions = [PublicValue]()
        for index in dataset.shards.indices {
            #expect(dataset.shards[index].bytes <= 6_000)
            regions += try UnverifiedShard(index, of: dataset, in: store).table.publicValues(of: "region") ?? []
        }
        let expected = csv.split(separator: "\n").dropFirst().map { line in
            PublicValue.text(String(line.split(separator: ",", omittingEmptySubsequences: false)[1]))
        }
        #expect(regions == expected)
        // What the manifest pins is exactly what was stored.
        var reached: Set<CID> = [dataset.cid]
        var waiting = [dataset.cid]
        while let cid = waiting.popLast() {
            for link in try DAGJSON.links(in: store.get(cid)) where reached.insert(link).inserted {
                waiting.append(link)
            }
        }
        #expect(try reached == Set(store.cids()))
    }

    @Test("Shards are mapped from a store of files")
    func mapsFiles() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "tables-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = try FileBlobStore(directory: directory)
        let key = try TestKey.small().publicKey
        let report = try await SmallTable.sealer(key, store: store).seal(source(SmallTable.csv))
        let dataset = try SealedDataset(loading: report.dataset.cid, from: store)
        let shard = try UnverifiedShard(0, of: dataset, in: store).verified(under: key)
        for pack in dataset.manifest.layout.packs {
            shard.withCiphertexts(of: pack.name) { limbs in
                #expect(UInt(bitPattern: limbs.baseAddress).isMultiple(of: 64))
                #expect(limbs.count == 3 * key.ciphertextByteCount)
            }
        }
    }

    @Test("Progress grows to all rows and all bytes")
    func reportsProgress() async throws {
        var generator = SeededGenerator(seed: 1)
        let csv = SmallTable.randomCSV(rows: 40, using: &generator)
        let seen = Mutex<[SealingProgress]>([])
        let sealer = try SmallTable.sealer(
            TestKey.small().publicKey, store: MemoryBlobStore(), shardByteCount: 6_000)
        _ = try await sealer.seal(source(csv)) { progress in seen.withLock { $0.append(progress) } }
        let reports = seen.withLock { $0 }
        #expect(reports.map(\.rows) == reports.map(\.rows).sorted())
        #expect(reports.map(\.inputBytes) == reports.map(\.inputBytes).sorted())
        #expect(reports.last?.rows == 40 && reports.last?.inputBytes == csv.utf8.count)
    }

    @Test("A bad row late in the file leaves no manifest")
    func leavesNoManifestBehindErrors() async throws {
        var generator = SeededGenerator(seed: 2)
        let csv = SmallTable.randomCSV(rows: 40, using: &generator) + "p1,r1,,1,,1e400,1,,\n"
        let store = MemoryBlobStore()
        let sealer = try SmallTable.sealer(TestKey.small().publicKey, store: store, shardByteCount: 6_000)
        await #expect(
            throws: SealedTableError.value(
                .tooManyDigits, at: CSVPosition(file: "t.csv", row: 41, line: 42, column: "cost"))
        ) { try await sealer.seal(source(csv)) }
        #expect(try store.cids().allSatisfy { $0.codec == .raw })
    }

    @Test("A cancelled sealing ends with nothing but blocks that nothing refers to")
    func stopsWhenCancelled() async throws {
        var generator = SeededGenerator(seed: 3)
        let csv = SmallTable.randomCSV(rows: 200, using: &generator)
        let store = MemoryBlobStore()
        let sealer = try SmallTable.sealer(TestKey.small().publicKey, store: store, shardByteCount: 6_000)
        let task = Task {
            try await sealer.seal(source(csv)) { progress in
                // Cancels itself after the first shard: no timing is involved.
                if progress.rows > 20 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try store.cids().allSatisfy { $0.codec == .raw })
    }

    @Test("A row that fits no shard is refused")
    func refusesHugeRow() async throws {
        let sealer = try SmallTable.sealer(
            TestKey.small().publicKey, store: MemoryBlobStore(), shardByteCount: 1_500)
        let csv = SmallTable.header + "a,\(String(repeating: "n", count: 1_000)),1,1,,1,1,1,\n"
        await #expect(
            throws: SealedTableError.csv(
                .rowTooLarge(limit: 1_500), at: CSVPosition(file: "t.csv", row: 1, line: 2))
        ) { try await sealer.seal(source(csv)) }
    }

    @Test("A public subject is counted without a pseudonym key")
    func countsPublicSubjects() async throws {
        let schema = try TableSchema(
            json: Data(
                """
                {"fields": [{"name": "town", "type": "string", "protection": "public"},
                  {"name": "n", "type": "integer", "protection": "computable",
                   "constraints": {"minimum": 0, "maximum": 9}}],
                 "packs": {"p": ["n"]}, "subject": "town"}
                """.utf8))
        let store = MemoryBlobStore()
        let sealer = try SmallTable.sealer(TestKey.small().publicKey, schema: schema, store: store)
        let report = try await sealer.seal(source("town,n\nulm,1\nkiel,2\nulm,3\n"))
        #expect(report.dataset.manifest.subjects == 2 && report.dataset.manifest.pseudonymKey == nil)
        let subjects = try UnverifiedShard(0, of: report.dataset, in: store).table.subjects
        #expect(subjects.count == 3 && subjects[0] == subjects[2] && subjects[0] != subjects[1])
    }
}
