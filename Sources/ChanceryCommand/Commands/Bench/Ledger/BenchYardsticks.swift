import CanonicalJSON
import Foundation
import LedgerSQLite

/// What a ledger's figures are measured against, in the same run on the same machine.
enum BenchYardsticks {
    /// About a redemption's envelope.
    private static let rowByteCount = 590

    /// SQLite's own durable commits of one row each.
    static func commits(in folder: TemporaryFolder, count: Int) throws -> BenchReport.Figure {
        let before = ResourceUsage.now
        let times = try BareCommits.run(
            at: folder.url.appending(path: "bare.sqlite"), count: count, byteCount: rowByteCount)
        let used = ResourceUsage.now.processorSeconds - before.processorSeconds
        let latencies = times.map { $0 / .seconds(1) }
        return BenchReport.Figure(
            name: "sqliteCommit", parameters: ["bytes": .integer(Int64(rowByteCount))],
            value: Double(times.count) / latencies.reduce(0, +), unit: "tx/s",
            details: [
                "p50_ms": latencies.percentile(50) * 1_000, "p99_ms": latencies.percentile(99) * 1_000,
                "cpu_ms": used / Double(times.count) * 1_000,
            ])
    }

    /// What `openssl speed` says of Ed25519, for two seconds; `nil` where there is no openssl.
    static func verifications() -> BenchReport.Figure? {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl", "speed", "-mr", "-seconds", "1", "ed25519"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        // It measures until an alarm comes.
        guard (try? process.runWithSignals()) != nil, let data = try? output.fileHandleForReading.readToEnd() else {
            return nil
        }
        process.waitUntilExit()
        // Of the summary: `+F6:0:253:253 bits EdDSA (Ed25519):` seconds a signature, `:` seconds a verification.
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("+F") }
        let numbers = line?.split(separator: ":").suffix(2).compactMap { Double($0) } ?? []
        guard process.terminationStatus == 0, numbers.count == 2, numbers.allSatisfy({ $0 > 0 }) else { return nil }
        // Versions differ in whether they give seconds or operations a second.
        let (sign, verify) = numbers[1] < 1 ? (1 / numbers[0], 1 / numbers[1]) : (numbers[0], numbers[1])
        return BenchReport.Figure(
            name: "ed25519Verify", parameters: ["program": "openssl"], value: verify, unit: "op/s",
            details: ["sign_per_s": sign])
    }
}
