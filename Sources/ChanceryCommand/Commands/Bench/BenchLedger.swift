import ArgumentParser
import CanonicalJSON
import Foundation
import Ledger
import LedgerSQLite
import SignedEnvelopes

struct BenchLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Measure final transactions on the embedded ledger, signing included, durable when counted.",
        discussion: """
            Token redemptions, each signed by its sender and verified by the ledger, in one process. `sqliteCommit` is \
            the rate at which SQLite commits one row at a time on the same disk in the same run.

            EXAMPLE:
              chancery bench ledger --in-flight 1,100 --json
            """)

    @Option(help: ArgumentHelp("How many transactions wait at a time, one measurement each.", valueName: "n,n"))
    var inFlight = NumberList([1, 10, 100, 400])

    @Option(help: ArgumentHelp("Transactions of a measurement; fewer where one waits at a time.", valueName: "n"))
    var transactions = 4_000

    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard (100...1_000_000).contains(transactions) else {
            throw ValidationError("--transactions is 100 to 1000000")
        }
    }

    func run() async throws {
        var report = BenchReport()
        let folder = try TemporaryFolder()
        try report.add(bareCommits(in: folder))
        for width in inFlight.numbers {
            try await report.add(commits(inFlight: width, in: folder))
        }
        try json.print(report.document) { report.text }
    }

    /// About a redemption's envelope.
    private static let rowByteCount = 590

    private func bareCommits(in folder: TemporaryFolder) throws -> BenchReport.Figure {
        let before = ResourceUsage.now
        let times = try BareCommits.run(
            at: folder.url.appending(path: "bare.sqlite"), count: min(transactions, 1_000),
            byteCount: Self.rowByteCount)
        let used = ResourceUsage.now.processorSeconds - before.processorSeconds
        let latencies = times.map { $0 / .seconds(1) }
        return BenchReport.Figure(
            name: "sqliteCommit", parameters: ["bytes": .integer(Int64(Self.rowByteCount))],
            value: Double(times.count) / latencies.reduce(0, +), unit: "tx/s",
            details: [
                "p50_ms": latencies.percentile(50) * 1_000, "p99_ms": latencies.percentile(99) * 1_000,
                "cpu_ms": used / Double(times.count) * 1_000,
            ])
    }

    private func commits(inFlight width: Int, in folder: TemporaryFolder) async throws -> BenchReport.Figure {
        let storage = try SQLiteLedgerStorage(url: folder.url.appending(path: "ledger-\(width).sqlite"))
        let consortium = try BenchConsortium(storage: storage)
        let token = try await consortium.openSectionAndToken()
        let count = width < 10 ? max(100, transactions / 4) : max(transactions, 5 * width)
        let progress = ProgressBar("\(width) in flight", unit: "transactions", total: count)
        defer { progress.finish() }
        try storage.fold()
        let (bytes, usage, clock) = (size(of: width, in: folder), ResourceUsage.now, ContinuousClock())
        let start = clock.now
        let latencies = try await withThrowingTaskGroup(of: Duration.self) { group in
            var started = 0
            var latencies = [Double]()
            func startNext() {
                guard started < count else { return }
                started += 1
                group.addTask {
                    try await clock.measure { try await consortium.redeem(token) }
                }
            }
            for _ in 0..<width { startNext() }
            for try await latency in group {
                latencies.append(latency / .seconds(1))
                progress.add(1)
                startNext()
            }
            return latencies
        }
        let elapsed = start.duration(to: clock.now) / .seconds(1)
        let used = ResourceUsage.now.processorSeconds - usage.processorSeconds
        try storage.fold()
        return BenchReport.Figure(
            name: "commit",
            parameters: ["ordering": "embedded", "nodes": 1, "inFlight": .integer(Int64(width))],
            value: Double(count) / elapsed, unit: "tx/s",
            details: [
                "p50_ms": latencies.percentile(50) * 1_000, "p99_ms": latencies.percentile(99) * 1_000,
                "cpu_ms": used / Double(count) * 1_000,
                "disk_bytes": Double(size(of: width, in: folder) - bytes) / Double(count),
            ])
    }

    /// Bytes of the ledger's file, its log folded in.
    private func size(of width: Int, in folder: TemporaryFolder) -> Int {
        let file = folder.url.appending(path: "ledger-\(width).sqlite").path
        return (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
    }
}
