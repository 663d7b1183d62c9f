import CanonicalJSON
import Foundation
import Ledger
import SharingModel
import Testing

/// The policies that come with the program, founded and run: nodes and etcd as processes.
@Suite("The accounting right among running nodes", .serialized, .enabled(if: RunningCluster.isUsable))
struct AccountingRightTests {
    private func cluster(_ policy: String, _ departments: [String]) async throws -> RunningCluster {
        let consortium = TestConsortium(folder: TemporaryFolder())
        let policies = RunningCluster.scripts.deletingLastPathComponent().appending(path: "Policies/\(policy)")
        try await consortium.run(
            "found", "--policies", policies.path(percentEncoded: false), "--local",
            "--insecure-key-derivation-for-testing"
        ).expectStatus(0)
        return try await RunningCluster(consortium, departments: departments, members: 1)
    }

    private func record(_ cluster: RunningCluster, at time: String, by department: String, through node: String)
        async throws
    {
        try await cluster.run(
            "incident", "record", "--enterprise", "e-\(time)", "--occurred", time, "--as", department, "--json",
            through: node
        ).expectStatus(0)
    }

    /// The sums over all departments, and the document.
    private func accounts(_ cluster: RunningCluster, through node: String) async throws -> (
        sums: [String: Int64], rows: [JSONValue], document: JSONValue
    ) {
        let document = try await cluster.run("ledger", "departments", "--json", through: node).document()
        let rows = document["departments"]?.arrayValue ?? []
        var sums: [String: Int64] = [:]
        for row in rows {
            for name in [
                "efficiencyAwards", "contributionAwards", "standIns", "absences", "invalid", "misplaced", "rewritten",
            ] {
                sums[name, default: 0] += try #require(row[name]?.integerValue)
            }
        }
        return (sums, rows, document)
    }

    @Test("Rotation: one of those who serve is first for the next height, and every block is credited to somebody")
    func rotation() async throws {
        let departments = ["north1", "north2", "north3", "south1", "south2", "south3"]
        let cluster = try await cluster("rotation", departments)
        let before = try await cluster.height()
        for (number, department) in departments.enumerated() {
            try await record(
                cluster, at: "2026-11-0\(number + 1)T08:00:00Z", by: department, through: departments[5 - number])
        }
        _ = try await cluster.commonCheckpoint()
        let (sums, rows, document) = try await accounts(cluster, through: "south2")
        #expect(document["mechanism"] == "rotation")
        #expect(document["term"] == 0)
        let height = try #require(document["nextHeight"]?.integerValue) - 1
        let blocks = height - Int64(before)
        #expect(blocks >= 1)
        #expect((sums["efficiencyAwards"] ?? 0) + (sums["standIns"] ?? 0) == blocks)
        #expect((sums["contributionAwards"] ?? 0) + (sums["absences"] ?? 0) == 6 * blocks)
        #expect((sums["contributionAwards"] ?? 0) >= 5 * blocks, "a quorum of six is five")
        // In the first term the first of each cluster serve, and take the first two places.
        let serving = rows.filter { $0["standIn"] == false }
        #expect(serving.compactMap { $0["department"]?.stringValue } == ["north1", "south1"])
        #expect(Set(serving.compactMap { $0["place"]?.integerValue }) == [0, 1])
        try await cluster.run("ledger", "fsck", through: "north2").expectStatus(0)
    }

    @Test("Contest: the idle win with the answer; when the only idle one is killed, the busy stand in")
    func contest() async throws {
        let departments = ["fire", "labour", "mines", "transport"]
        let cluster = try await cluster("contest", departments)
        for number in 0..<12 {
            let time = "2026-11-0\(number * 7 % 9 + 1)T08:00:00Z"
            try await record(cluster, at: time, by: departments[number % 4], through: departments[(number + 1) % 4])
        }
        let incidents = try await cluster.run("incident", "list", "--json", through: "fire").document()["incidents"]
        #expect(incidents?.arrayValue?.compactMap { $0["number"]?.integerValue } == Array(0..<12))
        let idle = try await accounts(cluster, through: "labour")
        #expect(idle.document["mechanism"] == "contest")
        #expect(idle.sums["standIns"] == 0, "all are idle")
        #expect((idle.sums["efficiencyAwards"] ?? 0) > 0)

        for department in departments.dropLast() {
            try await cluster.run("department", "status", "busy", "--as", department, through: department)
                .expectStatus(0)
        }
        try await cluster.run("department", "status", "busy", "--as", "mines", through: "fire").expectStatus(1)
        try await cluster.kill("transport")
        try await record(cluster, at: "2026-11-10T08:00:00Z", by: "fire", through: "mines")
        _ = try await cluster.commonCheckpoint()
        let busy = try await accounts(cluster, through: "fire")
        #expect((busy.sums["standIns"] ?? 0) >= 1)
        let statuses = busy.rows.compactMap { $0["status"]?.stringValue }
        #expect(statuses == ["busy", "busy", "busy", "idle"])
        for fault in ["invalid", "misplaced", "rewritten"] {
            #expect(busy.sums[fault] == 0, "nobody honest is reported: \(fault)")
        }
        try await cluster.run("ledger", "fsck", through: "mines").expectStatus(0)

        // Who comes back may compete again.
        try await cluster.start("transport")
        try await record(cluster, at: "2026-11-11T08:00:00Z", by: "transport", through: "transport")
        _ = try await cluster.commonCheckpoint()
        try await expectFaultsCounted(cluster)
    }

    /// What stands in etcd in departments' names is counted against just them: what nobody signed, what a department
    /// signed and nobody takes, and what was written over what was final.
    private func expectFaultsCounted(_ cluster: RunningCluster) async throws {
        let height = try await cluster.height()
        let culprit: PartyName = try #require(PartyName.init("mines"))
        let signed = try Batch.sign(
            by: culprit, height: height + 3, ledger: cluster.consortium.identity(), parent: .sha256(Data()),
            previous: [], envelopes: [Data("no envelope".utf8)], key: cluster.consortium.signingKey(of: "mines"))
        try await cluster.put(Data("nonsense".utf8), asBatchOf: "fire", height: height + 2)
        try await cluster.put(signed, asBatchOf: "mines", height: height + 3)
        let written = try await cluster.heights(ofBatchesBy: "labour").filter { $0 <= height }
        try await cluster.put(Data("other".utf8), asBatchOf: "labour", height: #require(written.last))
        let expected: [String: [String: Int64]] = [
            "fire": ["misplaced": 1], "mines": ["invalid": 1], "labour": ["rewritten": 1], "transport": [:],
        ]
        var seen: [String: [String: Int64]] = [:]
        // Each incident makes a height, and a fault counts when enough have reported it.
        for day in 12..<30 where seen != expected {
            try await record(cluster, at: "2026-11-\(day)T08:00:00Z", by: "fire", through: "transport")
            for row in try await accounts(cluster, through: "fire").rows {
                let faults = ["invalid", "misplaced", "rewritten"].map { ($0, row[$0]?.integerValue ?? 0) }
                seen[try row.text("department")] = Dictionary(uniqueKeysWithValues: faults.filter { $0.1 != 0 })
            }
        }
        #expect(seen == expected)
    }
}
