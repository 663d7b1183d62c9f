import Foundation
import Testing

/// What has to hold of running nodes whatever was done to them.
extension RunningCluster {
    /// Asks again and again until it is so. The bound is generous, for a busy machine.
    func eventually(
        _ what: String, within seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation,
        _ isSo: () async throws -> Bool
    ) async throws {
        var patience = Patience(seconds: seconds)
        while patience.allowsAnotherLook() {
            if try await isSo() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("not within \(seconds) s: \(what)\n\(await state())", sourceLocation: sourceLocation)
    }

    /// What every running node says of itself, and logged last, and what the commands said that were left waiting: for who
    /// has to find out why something did not happen.
    func state() async -> String {
        var lines: [String] = []
        for (department, node) in nodes.sorted(by: { $0.key < $1.key }) {
            let status = try? await get("/v1/status", from: department).body
            lines.append("\(department): \(status.map { String(decoding: $0, as: UTF8.self) } ?? "does not answer")")
            lines += ((try? node.log) ?? "").split(separator: "\n").suffix(8).map { "    \($0)" }
        }
        for (department, command) in waiting {
            lines.append("command through \(department), \(command.isRunning ? "running" : "ended"):")
            lines.append((try? command.message) ?? "")
        }
        return lines.joined(separator: "\n")
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
