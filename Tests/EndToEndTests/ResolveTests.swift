import CanonicalJSON
import Foundation
import Testing

/// A height that etcd has split, settled by the command of every department.
@Suite("A height settled by hand", .serialized, .enabled(if: RunningCluster.isUsable))
struct ResolveTests {
    private static let departments = ["site1", "site2", "site3"]

    /// A second etcd that has all that the first has, as after a careless restore: each takes itself for the one.
    private func fork(_ cluster: RunningCluster, in folder: TemporaryFolder) async throws -> RunningService {
        let (script, other) = (RunningCluster.scripts.appending(path: "start-etcd"), folder.path("etcd"))
        let service = try await RunningService(script, ["1", other])
        try cluster.killMember(1)
        let run = try await CommandRun.shell(
            """
            kill -9 "$(cat "$2/member1.pid")"
            for one in "$1" "$2"; do
                while kill -0 "$(cat "$one/member1.pid")" 2>/dev/null; do :; done
            done
            rm -rf "$2/member1" && cp -a "$1/member1" "$2/member1"
            """, cluster.etcdFolder.path("etcd"), other)
        run.expectStatus(0)
        try await cluster.startMember(1)
        try await CommandRun.run(script, ["--member", "1", other]).expectStatus(0)
        return service
    }

    /// One department reads another etcd than the two others, which do not reach it at first, and cosigns another batch.
    /// Then all hear each other.
    /// - Returns: Submissions that nobody answers.
    private func split(_ cluster: RunningCluster, _ fork: RunningService) async throws -> [Task<CommandRun, any Error>]
    {
        try await cluster.start("site3", ordering: fork.line)
        // The first etcd has the address of its last life.
        let (one, other) = (EtcdKeys(cluster.etcd.line), EtcdKeys(fork.line))
        var waiting: [Task<CommandRun, any Error>] = []
        for (department, cosigners) in [("site1", ["site1", "site2"]), ("site3", ["site3"])] {
            waiting.append(try cluster.requestWithoutQuorum(through: department))
            for cosigner in cosigners {
                try await cluster.eventually("\(cosigner) has cosigned") {
                    try await cluster.cosignatures(at: cosigner) == cosigners.count
                }
            }
        }
        let key = try #require(try await one.all().keys.first { $0.hasSuffix("/node/site3") })
        try await one.put(key, try cluster.address(of: "site3"))
        // So that what the departments have seen of the two is alike again when there is one.
        for _ in 0..<40 { try await one.put("filler", "") }
        #expect(try await other.all()["filler"] == nil)
        return waiting
    }

    @Test("Departments that an etcd has split state, settle and go on; less than all of them settle nothing")
    func settles() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 3).copy()
        let consortium = prepared.consortium
        let cluster = try await RunningCluster(consortium, departments: Self.departments, members: 1)
        try await cluster.request(through: "site1")
        _ = try await cluster.commonCheckpoint()
        let height = try await cluster.height()
        let order = EtcdKeys(cluster.etcd.line)
        try await cluster.eventually("every department has said where it answers") {
            try await order.all().keys.count { $0.contains("/node/") } == Self.departments.count
        }
        _ = try await cluster.stop("site3")
        let folder = TemporaryFolder()
        let fork = try await fork(cluster, in: folder)
        let waiting = try await split(cluster, fork)
        for department in Self.departments { #expect(try await cluster.height(of: department) == height) }

        // A running node keeps its journal to itself.
        func file(_ department: String) -> String { folder.path("\(department).json") }
        func state(_ department: String, on other: String? = nil) async throws -> CommandRun {
            try await consortium.run(
                ["ledger", "resolve", "state", "--output", file(department), "--as", department]
                    + (other.map { ["--on", file($0)] } ?? []))
        }
        #expect(try await state("site1").expectStatus(1).message.contains("stop it first"))
        for department in Self.departments { _ = try await cluster.stop(department) }
        for command in waiting { #expect(try await command.value.status == 3) }

        try await state("site1").expectStatus(0)
        for department in ["site2", "site3"] { try await state(department, on: "site1").expectStatus(0) }
        let all = Self.departments.map(file)
        func settle(_ files: [String], as department: String) async throws -> CommandRun {
            try await consortium.run(["ledger", "resolve", "settle"] + files + ["--as", department])
        }
        let refused = try await settle(Array(all.dropLast()), as: "site1").expectStatus(1)
        #expect(refused.message.contains("settlement"), "\(refused.message)")
        for department in Self.departments {
            try await settle(all, as: department).expectStatus(0)
            // It may be run again.
            try await settle(all, as: department).expectStatus(0)
        }

        _ = try await fork.stop()
        for department in Self.departments { try await cluster.start(department) }
        _ = try await cluster.commonCheckpoint(height: height + 1)
        // The statements come on the ledger, and nobody is taken for an equivocator.
        var kinds: [String] = []
        for round in 0..<24 where !kinds.contains("cosigner.settlement") {
            try await cluster.request(through: Self.departments[round % 3])
            let log = try await cluster.run("ledger", "log", "--json", through: "site3").document()["transactions"]
            kinds = (log?.arrayValue ?? []).map { LoggedTransaction($0).kind }
        }
        #expect(kinds.contains("cosigner.settlement") && !kinds.contains("cosigner.equivocation"))
        for department in Self.departments { _ = try await cluster.stop(department) }
        for department in Self.departments {
            try await consortium.run("ledger", "fsck", "--as", department).expectStatus(0)
        }
    }
}
