import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Testing

/// Prints figures; the bounds are loose enough for a debug build on a busy machine. `CHANCERY_THROUGHPUT=20000` makes
/// it count.
@Suite("Throughput")
struct ThroughputTests {
    @Test("100 in flight share commits, and the file stays small")
    func hundredInFlight() async throws {
        let count = Int(ProcessInfo.processInfo.environment["CHANCERY_THROUGHPUT"] ?? "") ?? 300
        let consortium = try TestConsortium()
        let folder = try TemporaryFolder()
        let ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        let token = try await consortium.token(ledger, uses: 1_000_000)
        let envelopes = try (0..<count).map { _ in
            try consortium.envelope(consortium.redemption(of: token), by: "statistics")
        }
        let before = try #require(try ledger.head())
        let sizeBefore = try size(of: folder)
        let clock = ContinuousClock()
        var latencies: [Duration] = []
        let elapsed = try await clock.measure {
            latencies = try await withThrowingTaskGroup(of: Duration.self) { group in
                var rest = envelopes[...]
                func start(_ envelope: Envelope) {
                    group.addTask { try await clock.measure { _ = try await ledger.submit(envelope) } }
                }
                for _ in 0..<100 { rest.popFirst().map(start) }
                var latencies: [Duration] = []
                for try await latency in group {
                    latencies.append(latency)
                    rest.popFirst().map(start)
                }
                return latencies
            }
        }
        let after = try #require(try ledger.head())
        let blocks = after.height - before.height
        let sorted = latencies.sorted()
        print(
            """
            \(count) transactions in \(blocks) blocks, \(Double(count) / (elapsed / .seconds(1))) a second, \
            p50 \(sorted[count / 2] / .milliseconds(1)) ms, p99 \(sorted[count * 99 / 100] / .milliseconds(1)) ms, \
            \((try size(of: folder) - sizeBefore) / count) bytes each
            """)
        #expect(after.size - before.size == count + blocks)
        #expect(blocks < count)
    }

    /// Bytes of the ledger's file after its log is moved into it.
    private func size(of folder: TemporaryFolder) throws -> Int {
        try folder.storage().fold()
        return try folder.file().resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    }
}
