import CanonicalJSON
import Foundation
import Testing

/// A height that etcd has split, settled by the command of every department.
@Suite("A height settled by hand", .serialized, .enabled(if: RunningCluster.isUsable))
struct ResolveTests {
    private static let departments = ["site1", "site2", "site3", "site4"]

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

    /// Two departments read one etcd and two the other, all hear each other, and each half cosigns a batch of its own.
    private func split(_ cluster: RunningCluster, _ fork: RunningService) async throws {
        for department in ["site3", "site4"] { try await cluster.start(department, ordering: fork.line) }
        // The first etcd has the addresses of their last life.
        let (one, other) = (EtcdKeys(cluster.etcd.line), EtcdKeys(fork.line))
        for department in ["site3", "site4"] {
            let key = try #require(try await one.all().keys.first { $0.hasSuffix("/node/\(department)") })
            try await one.put(key, try cluster.address(of: department))
        }
        // So that what the two halves have seen of them is alike again when there is one.
        for _ in 0..<40 { try await one.put("filler", "") }
        #expect(try await other.all()["filler"] == nil)
    }

    @Test("Departments that an etcd has split state, settle and go on; less than all of them settle nothing")
    func settles() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let consortium = prepared.consortium
        let cluster = try await RunningCluster(consortium, departments: Self.departments, members: 1)
        try await cluster.request(through: "site1")
        _ = try await cluster.commonCheckpoint()
        let height = try await cluster.height()
        let order = EtcdKeys(cluster.etcd.line)
        try await cluster.eventually("every department has said where it answers") {
            try await order.all().keys.count { $0.contains("/node/") } == Self.departments.count
        }
        for department in ["site3", "site4"] { _ = try await cluster.stop(department) }
        let folder = TemporaryFolder()
        let fork = try await fork(cluster, in: folder)
        try await split(cluster, fork)

        let waiting = try ["site1", "site3"].map { try cluster.requestWithoutQuorum(through: $0) }
        for department in Self.departments {
            try await cluster.eventually("each half has cosigned") {
                try await cluster.cosignatures(at: department) >= 2
            }
        }
        for department in Self.departments {
            #expect(try await cluster.cosignatures(at: department) == 2)
            #expect(try await cluster.height(of: department) == height)
        }

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
        for department in ["site2", "site3", "site4"] { try await state(department, on: "site1").expectStatus(0) }
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
            try await cluster.request(through: Self.departments[round % 4])
            let log = try await cluster.run("ledger", "log", "--json", through: "site4").document()["transactions"]
            kinds = (log?.arrayValue ?? []).map { LoggedTransaction($0).kind }
        }
        #expect(kinds.contains("cosigner.settlement") && !kinds.contains("cosigner.equivocation"))
        for department in Self.departments { _ = try await cluster.stop(department) }
        for department in Self.departments {
            try await consortium.run("ledger", "fsck", "--as", department).expectStatus(0)
        }
    }
}
