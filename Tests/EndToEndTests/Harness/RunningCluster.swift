import CanonicalJSON
import Foundation
import Testing

/// Departments' nodes as processes, with etcd as processes, on loopback.
final class RunningCluster {
    let consortium: TestConsortium
    let etcd: RunningService
    private let etcdFolder = TemporaryFolder()
    private(set) var nodes: [String: RunningService] = [:]

    static var isUsable: Bool {
        #if os(Linux)
            return true
        #else
            return false
        #endif
    }

    static let scripts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Scripts")

    /// Starts etcd, and the nodes of all departments of `consortium`, whose ledger every one of them has cosigned.
    init(_ consortium: TestConsortium, departments: [String], members: Int = 3) async throws {
        self.consortium = consortium
        etcd = try await RunningService(
            RunningCluster.scripts.appending(path: "start-etcd"), ["\(members)", etcdFolder.path("etcd")])
        for department in departments {
            try await consortium.run("ledger", "cosign", "--as", department).expectStatus(0)
        }
        for department in departments { try await start(department) }
    }

    func start(_ department: String) async throws {
        nodes[department] = try await RunningService(
            Binary.chancery(), ["serve", "--as", department, "--ordering", etcd.line],
            environment: ["CHANCERY_HOME": consortium.home, "CHANCERY_PASSPHRASE": TestConsortium.passphrase],
            in: consortium.folder.url)
    }

    func kill(_ department: String) async throws {
        try await nodes.removeValue(forKey: department)?.kill()
    }

    /// Sends SIGKILL to a member of etcd.
    func killMember(_ number: Int) throws {
        let text = try String(contentsOfFile: etcdFolder.path("etcd/member\(number).pid"), encoding: .utf8)
        let identifier = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        Foundation.kill(identifier, SIGKILL)
    }

    func startMember(_ number: Int) async throws {
        try await CommandRun.run(
            RunningCluster.scripts.appending(path: "start-etcd"), ["--member", "\(number)", etcdFolder.path("etcd")]
        ).expectStatus(0)
    }

    /// `http://127.0.0.1:PORT`
    func address(of department: String) throws -> String {
        let line = try #require(nodes[department]).line
        return try #require(line.split(separator: " ").last.map(String.init))
    }

    /// Runs the command through the node of `department`.
    func run(_ arguments: String..., through department: String) async throws -> CommandRun {
        try await consortium.run(
            arguments, environment: ["CHANCERY_NODE": address(of: department)], timeout: .seconds(150))
    }

    /// What a node answers to GET.
    func get(_ path: String, from department: String) async throws -> (status: Int, body: Data) {
        let url = try #require(URL(string: try address(of: department) + path))
        let run = try await CommandRun.run(
            URL(filePath: "/usr/bin/env"), ["python3", "-c", RunningCluster.download, url.absoluteString])
        return (Int(run.message.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0, run.standardOutput)
    }

    private static let download = """
        import sys, urllib.request, urllib.error
        try:
            answer = urllib.request.urlopen(sys.argv[1], timeout=10)
        except urllib.error.HTTPError as error:
            answer = error
        sys.stdout.buffer.write(answer.read())
        print(answer.status, file=sys.stderr)
        """

    /// Waits until all running nodes have the same final checkpoint of at least `height`, and gives its first three
    /// lines. Asks again and again; the bound is generous, for a busy machine.
    func commonCheckpoint(height: Int = 0, within seconds: Int = 60) async throws -> String {
        let deadline = ContinuousClock.now.advanced(by: .seconds(seconds))
        var seen: [String: String] = [:]
        while ContinuousClock.now < deadline {
            for department in nodes.keys {
                let note = String(decoding: try await get("/checkpoint", from: department).body, as: UTF8.self)
                seen[department] = note.split(separator: "\n").prefix(3).joined(separator: "\n")
            }
            let distinct = Set(seen.values)
            if distinct.count == 1, let common = distinct.first, try await self.height() >= height { return common }
        }
        Issue.record("the nodes do not agree: \(seen)")
        return ""
    }

    /// The lowest height that a running node calls final.
    func height() async throws -> Int {
        var lowest = Int.max
        for department in nodes.keys {
            let status = try CanonicalJSON.parse(try await get("/v1/status", from: department).body)
            lowest = min(lowest, Int(status["height"]?.integerValue ?? -1))
        }
        return lowest
    }
}
