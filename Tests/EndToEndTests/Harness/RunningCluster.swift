import CanonicalJSON
import Foundation
import Testing

/// Departments' nodes as processes, with etcd as processes, on loopback.
final class RunningCluster {
    let consortium: TestConsortium
    let etcd: RunningService
    let etcdFolder = TemporaryFolder()
    /// Whether etcd and the nodes are reached over TLS alone, with an account a department in etcd.
    let isSecure: Bool
    /// For every node.
    let environment: [String: String]
    private(set) var nodes: [String: RunningService] = [:]
    /// Commands that were started without waiting for their end, and through whose node.
    var waiting: [(department: String, command: RunningCommand)] = []

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
    init(
        _ consortium: TestConsortium, departments: [String], members: Int = 3, isSecure: Bool = false,
        environment: [String: String] = [:]
    ) async throws {
        self.consortium = consortium
        self.isSecure = isSecure
        self.environment = environment
        var arguments = ["\(members)", etcdFolder.path("etcd")]
        if isSecure {
            let origin = try await consortium.json("ledger", "status").text("origin")
            arguments += ["--tls", "--ledger", origin, "--departments", departments.joined(separator: ",")]
        }
        etcd = try await RunningService(RunningCluster.scripts.appending(path: "start-etcd"), arguments)
        for department in departments {
            try await consortium.run("ledger", "cosign", "--as", department).expectStatus(0)
        }
        for department in departments { try await start(department) }
        // A node cosigns nothing before enough others have said what they have of it. Those that a test kills at once
        // would never say so.
        try await eventually("the nodes have heard of each other") {
            for department in departments {
                guard try await get("/ready", from: department).status == 200 else { return false }
                let status = try CanonicalJSON.parse(try await get("/v1/status", from: department).body)
                guard status["unanswered"] == [] else { return false }
            }
            return true
        }
    }

    /// - Parameters:
    ///   - home: Of a department that has one of its own.
    ///   - ordering: Where the node finds etcd, if not at its own addresses.
    ///   - options: More of `chancery serve`.
    ///   - isConfigured: Whether its `node.yaml` says where it orders.
    ///   - more: Added to the environment.
    ///   - other: A department whose node goes on; this one is then called `OTHER again`.
    func start(
        _ department: String, home: String? = nil, ordering: String? = nil, options: [String] = [],
        isConfigured: Bool = false, more: [String: String] = [:], beside other: String? = nil
    ) async throws {
        let order = isConfigured ? [] : ["--ordering", ordering ?? etcd.line]
        nodes[other.map { "\($0) again" } ?? department] = try await RunningService(
            Binary.chancery(), ["serve", "--as", department] + order + options,
            environment: [
                "CHANCERY_HOME": home ?? consortium.home, "CHANCERY_PASSPHRASE": TestConsortium.passphrase,
            ].merging(environment) { $1 }.merging(isSecure ? security(of: department) : [:]) { $1 }
                .merging(more) { $1 },
            in: consortium.folder.url)
    }

    /// Tells a node to stop, and waits until it has.
    func stop(_ department: String) async throws -> CommandRun {
        try await #require(nodes.removeValue(forKey: department)).stop()
    }

    /// What lets a department's node into etcd, and has it listen with TLS.
    private func security(of department: String) -> [String: String] {
        let files = etcdFolder.path("etcd/tls")
        return [
            "CHANCERY_TLS": "on", "CHANCERY_ETCD_CA": "\(files)/ca.pem",
            "CHANCERY_ETCD_CERTIFICATE": "\(files)/\(department).pem",
            "CHANCERY_ETCD_KEY": "\(files)/\(department).key", "CHANCERY_ETCD_USER": department,
            "CHANCERY_ETCD_PASSWORD_FILE": "\(files)/\(department).password",
        ]
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
        try #require(nodes[department]).address
    }

    /// Runs the command through the node of `department`.
    func run(_ arguments: String..., through department: String) async throws -> CommandRun {
        try await consortium.run(
            arguments, environment: ["CHANCERY_NODE": address(of: department)], timeout: .seconds(150))
    }

    /// What a node answers to GET.
    func get(_ path: String, from department: String) async throws -> (status: Int, body: Data) {
        let answer = try await Download.get(address(of: department) + path)
        return (answer.status, answer.body)
    }

    /// Waits until all running nodes have the same final checkpoint of at least `height`, and gives its first three
    /// lines. Asks again and again; the bound is generous, for a busy machine.
    func commonCheckpoint(height: Int = 0, within seconds: Int = 60) async throws -> String {
        var patience = Patience(seconds: seconds)
        var seen: [String: String] = [:]
        while patience.allowsAnotherLook() {
            for department in nodes.keys {
                let note = String(decoding: try await get("/checkpoint", from: department).body, as: UTF8.self)
                seen[department] = note.split(separator: "\n").prefix(3).joined(separator: "\n")
            }
            let distinct = Set(seen.values)
            if distinct.count == 1, let common = distinct.first, try await self.height() >= height { return common }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("the nodes do not agree: \(seen)\n\(await state())")
        return ""
    }

    /// The height that a department's node calls final.
    func height(of department: String) async throws -> Int {
        let status = try CanonicalJSON.parse(try await get("/v1/status", from: department).body)
        return Int(status["height"]?.integerValue ?? -1)
    }

    /// How many departments have cosigned the height that is open, as a department's node knows it.
    func cosignatures(at department: String) async throws -> Int {
        let status = try CanonicalJSON.parse(try await get("/v1/status", from: department).body)
        return status["cosigned"]?.arrayValue?.count ?? 0
    }

    /// The lowest height that a running node calls final.
    func height() async throws -> Int {
        var lowest = Int.max
        for department in nodes.keys {
            lowest = min(lowest, try await height(of: department))
        }
        return lowest
    }
}
