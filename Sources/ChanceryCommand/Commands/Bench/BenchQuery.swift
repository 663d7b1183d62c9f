import ArgumentParser
import BlobStore
import CanonicalJSON
import Foundation
import Paillier
import QueryPlans
import SealedTables

struct BenchQuery: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Measure sealing, and grouped queries over tables of growing size.",
        discussion: """
            Seals --sealed rows of one pack (a sum of money with its squares, and a count) at 3072 bits on all cores, \
            then makes tables of the asked sizes out of these shards, repeated, and runs one grouped mean over each. \
            Every query reads, hashes and checks all its shards as it does in earnest. The peak of memory is the \
            process's so far, sealing and its table included.

            EXAMPLE:
              chancery bench query --rows 10000,1000000 --json
            """)

    @Option(help: ArgumentHelp("Sizes of the tables that are queried.", valueName: "n,n"))
    var rows = NumberList([10_000, 100_000, 1_000_000])

    @Option(help: ArgumentHelp("Rows that are sealed, in thousands.", valueName: "n"))
    var sealed = 4_000

    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard sealed.isMultiple(of: Self.rowsPerShard), (1_000...1_000_000).contains(sealed) else {
            throw ValidationError("--sealed is a multiple of \(Self.rowsPerShard) up to 1000000")
        }
        guard rows.numbers.allSatisfy({ $0.isMultiple(of: Self.rowsPerShard) && $0 <= 100_000_000 }) else {
            throw ValidationError("--rows are multiples of \(Self.rowsPerShard) up to 100000000")
        }
    }

    func run() async throws {
        var report = BenchReport()
        guard let key = try BenchKey.known(bits: Self.bits)?.publicKey else {
            throw PaillierError.keySizeNotSupported(bitCount: Self.bits)
        }
        let folder = try TemporaryFolder()
        let store = try FileBlobStore(directory: folder.url)
        let dataset = try await seal(under: key, in: store, &report)
        for rows in rows.numbers {
            let table = try dataset.repeatingShards(untilRows: rows, storingIn: store)
            try report.add(query(table, key: key, in: store))
        }
        try json.print(report.document) { report.text }
    }

    private static let bits = 3072
    /// So that shards, which hold up to 1,300 rows of one pack, make up any thousands of rows.
    private static let rowsPerShard = 1_000

    private func seal(
        under key: PublicKey, in store: FileBlobStore, _ report: inout BenchReport
    ) async throws -> SealedDataset {
        let (table, count) = (BenchTable(rows: sealed), sealed)
        let progress = ProgressBar("sealing", unit: "rows", total: count)
        defer { progress.finish() }
        let clock = ContinuousClock()
        let start = clock.now
        let encryptor = try Encryptor(key: key, expectedCount: count)
        let prepared = start.duration(to: clock.now) / .seconds(1)
        var limits = TableSealer.Limits(workers: ProcessInfo.processInfo.activeProcessorCount)
        limits.rowsPerShard = Self.rowsPerShard
        let sealer = try TableSealer(
            name: BenchNames().dataset, schema: TableSchema(json: Data(BenchTable.schema.utf8)), encryptor: encryptor,
            weightCapacityBits: 32, pseudonymKey: PseudonymKey(bytes: Data(repeating: 7, count: 32)), store: store,
            limits: limits)
        let sealing = try await sealer.seal(MemoryByteSource(table.csv.utf8, name: "bench.csv")) {
            progress.update($0.rows)
        }
        let seconds = start.duration(to: clock.now) / .seconds(1)
        report.add(
            .init(
                name: "seal",
                parameters: [
                    "rows": .integer(Int64(count)), "bits": .integer(Int64(Self.bits)), "alpha": "half", "packs": 1,
                ],
                value: Double(count) / (seconds - prepared), unit: "rows/s",
                details: [
                    "seconds": seconds, "table_seconds": prepared, "bytes": Double(sealing.bytes),
                    "peak_bytes": Double(ResourceUsage.now.peakBytes),
                ]))
        return sealing.dataset
    }

    private func query(
        _ dataset: SealedDataset, key: PublicKey, in store: FileBlobStore
    ) throws -> BenchReport.Figure {
        let plan = try SelectStatement.parse(BenchTable.statement)
            .bind(source: .pool(BenchNames().pool), datasets: [dataset.cid], scope: ColumnScope([dataset.manifest]))
            .instantiate()
        let (rows, progress) = (dataset.manifest.rows, RowProgress("adding"))
        defer { progress.finish() }
        let before = ResourceUsage.now
        let executor = PlanExecutor(store: store, minimumSubjects: 5, progress: progress.executor)
        let seconds =
            try ContinuousClock().measure {
                _ = try executor.run(plan, key: key, history: [])
            } / .seconds(1)
        let after = ResourceUsage.now
        return BenchReport.Figure(
            name: "query",
            parameters: [
                "rows": .integer(Int64(rows)), "bits": .integer(Int64(Self.bits)), "packs": 1, "groups": 24,
            ],
            value: Double(rows) / seconds, unit: "rows/s",
            details: [
                "seconds": seconds, "cpu_seconds": after.processorSeconds - before.processorSeconds,
                "peak_bytes": Double(after.peakBytes),
            ])
    }
}

/// Rows like those of the demo, of a fixed sequence.
struct BenchTable {
    let csv: String

    static let statement = "SELECT plan, AVG(cost), COUNT(*) FROM health GROUP BY plan"

    static let schema = """
        {"fields": [
          {"name": "plan", "type": "integer", "protection": "public", "constraints": {"minimum": 1, "maximum": 24}},
          {"name": "year", "type": "integer", "protection": "public", "constraints": {"minimum": 1, "maximum": 5}},
          {"name": "person", "type": "integer", "protection": "pseudonym"},
          {"name": "cost", "type": "number", "protection": "computable", "decimals": 2, "squares": true,
           "constraints": {"minimum": 0, "maximum": 200000}},
          {"name": "visits", "type": "integer", "protection": "computable",
           "constraints": {"minimum": 0, "maximum": 400}}],
         "packs": {"care": ["cost", "visits"]}, "subject": "person", "missingValues": [""]}
        """

    init(rows: Int) {
        var csv = "plan,year,person,cost,visits\n"
        for row in 0..<rows {
            // A few rows a person; the multipliers only spread the values.
            csv += "\(row % 24 + 1),\(row % 5 + 1),\(100_000 + row / 3),\(row * 7_919 % 200_000).\(10 + row % 90),"
            csv += "\(row * 31 % 400)\n"
        }
        self.csv = csv
    }
}
