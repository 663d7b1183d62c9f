import Foundation
import Testing

/// What has to hold of running nodes whatever was done to them.
extension RunningCluster {
    /// Asks again and again until it is so. The bound is generous, for a busy machine.
    func eventually(
        _ what: String, within seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation,
        _ isSo: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now.advanced(by: .seconds(seconds))
        while ContinuousClock.now < deadline {
            if try await isSo() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("not within \(seconds) s: \(what)", sourceLocation: sourceLocation)
    }

    /// All running nodes have the same blocks, each with its quorum, and in them every transaction of
    /// `acknowledged` once; executing the ledger again gives the same.
    func expectOneHistory(
        _ acknowledged: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let height = try await height()
        _ = try await commonCheckpoint(height: height)
        let script = RunningCluster.scripts.deletingLastPathComponent().appending(path: "Tests/Torture/compare.py")
        let addresses = try nodes.keys.sorted().map { try address(of: $0) }
        let run = try await CommandRun.run(
            URL(filePath: "/usr/bin/env"), ["python3", script.path(percentEncoded: false), "3"] + addresses,
            input: Data(acknowledged.joined(separator: "\n").utf8))
        run.expectStatus(0, sourceLocation: sourceLocation)
        let first = try #require(nodes.keys.min())
        try await self.run("ledger", "fsck", through: first).expectStatus(0, sourceLocation: sourceLocation)
    }

    /// The files that a department's node keeps as evidence.
    func evidence(of department: String) -> [String] {
        let folder = "\(consortium.home)/parties/\(department)/node/evidence"
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }
}
