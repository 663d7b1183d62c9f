import CanonicalJSON
import Foundation
import Synchronization

/// A ledger that can be loaded, and what it has used so far.
protocol LoadedLedger: Sendable {
    var ordering: String { get }
    var nodes: Int { get }

    /// Signs and submits one transaction, and returns when its sender has been told that it is final.
    /// - Parameter number: Counts the transactions; those of a cluster go round the nodes by it.
    func submit(_ number: Int) async throws

    /// Bytes on one node's disk.
    func diskBytes() throws -> Int

    /// Processor seconds of everything that works for the ledger, by what they are of.
    func processorSeconds() -> [ProcessRole: Double]

    /// Resident bytes now, by what they are of.
    func residentBytes() -> [ProcessRole: Int]
}

enum ProcessRole: String, CaseIterable {
    case client, nodes, etcd
}

/// So many senders, each of whom submits its next transaction when the one before is final.
struct LedgerLoad {
    let inFlight: Int
    let count: Int

    func run(on ledger: some LoadedLedger) async throws -> BenchReport.Figure {
        let progress = ProgressBar("\(inFlight) in flight", unit: "transactions", total: count)
        defer { progress.finish() }
        let (disk, used, clock) = (try ledger.diskBytes(), ledger.processorSeconds(), ContinuousClock())
        let start = clock.now
        let latencies = try await latencies(ledger, progress)
        let elapsed = start.duration(to: clock.now) / .seconds(1)
        let usedNow = ledger.processorSeconds()
        var details = [
            "p50_ms": latencies.percentile(50) * 1_000, "p99_ms": latencies.percentile(99) * 1_000,
            "disk_bytes": Double(try ledger.diskBytes() - disk) / Double(count),
        ]
        let spent = usedNow.map { role, seconds in (role, (seconds - (used[role] ?? 0)) / Double(count) * 1_000) }
        details["cpu_ms"] = spent.map(\.1).reduce(0, +)
        let resident = ledger.residentBytes()
        details["resident_bytes"] = Double(resident[.nodes] ?? resident[.client] ?? 0)
        if ledger.nodes > 1 || usedNow.count > 1 {
            for (role, milliseconds) in spent { details["\(role.rawValue)_cpu_ms"] = milliseconds }
            details["etcd_resident_bytes"] = resident[.etcd].map(Double.init)
        }
        return BenchReport.Figure(
            name: "commit",
            parameters: [
                "ordering": .string(ledger.ordering), "nodes": .integer(Int64(ledger.nodes)),
                "inFlight": .integer(Int64(inFlight)),
            ],
            value: Double(count) / elapsed, unit: "tx/s", details: details)
    }

    private func latencies(_ ledger: some LoadedLedger, _ progress: ProgressBar) async throws -> [Double] {
        let clock = ContinuousClock()
        let next = SharedCounter()
        let count = count
        return try await withThrowingTaskGroup(of: [Double].self) { group in
            for _ in 0..<inFlight {
                group.addTask {
                    var latencies: [Double] = []
                    while true {
                        let number = next.next()
                        guard number < count else { return latencies }
                        latencies.append(try await clock.measure { try await ledger.submit(number) } / .seconds(1))
                        progress.add(1)
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}

/// Gives each number once, from 0.
private final class SharedCounter: Sendable {
    private let count = Atomic(0)

    func next() -> Int { count.add(1, ordering: .relaxed).oldValue }
}
