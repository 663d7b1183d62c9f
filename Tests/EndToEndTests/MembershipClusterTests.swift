import CanonicalJSON
import Foundation
import Testing

/// Four departments and etcd as processes; a fifth comes and goes.
@Suite("Departments that join and leave", .serialized, .enabled(if: RunningCluster.isUsable))
struct MembershipClusterTests {
    private static let founders = ["site1", "site2", "site3", "site4"]

    @Test("A fifth department joins a running cluster with an empty node, is counted, and is not once it is removed")
    func joinAndLeave() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let consortium = prepared.consortium
        let cluster = try await RunningCluster(consortium, departments: Self.founders)
        let (home, statement) = (consortium.folder.path("site5"), consortium.folder.path("site5.json"))
        try await consortium.run(
            "join", "site5", "--consortium", consortium.home + "/consortium.json", "--home", home, "--output",
            statement, "--insecure-key-derivation-for-testing"
        ).expectStatus(0)

        func decide(_ arguments: String...) async throws -> Int {
            let proposal = try await cluster.consortium.run(
                ["registry", "propose"] + arguments + ["--as", "site1", "--json"],
                environment: ["CHANCERY_NODE": cluster.address(of: "site1")]
            ).document().text("proposal")
            var effective: Int64?
            for department in ["site2", "site3", "site4"] where effective == nil {
                let answer = try await cluster.run(
                    "registry", "approve", String(proposal.prefix(12)), "--as", department, "--json",
                    through: department
                ).document()
                effective = answer["effective"]?.integerValue
            }
            return Int(try #require(effective))
        }
        func advance(to height: Int, through department: String) async throws {
            while try await cluster.height(of: department) < height {
                try await cluster.run(
                    "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "1",
                    "--until", "90d", "--as", "statistics", through: department
                ).expectStatus(0)
            }
        }

        // Nobody has admitted it yet: its node follows, and counts for nothing.
        try await cluster.start("site5", home: home)
        let admitted = try await decide("admit", statement)
        try await advance(to: admitted, through: "site1")
        _ = try await cluster.commonCheckpoint(height: admitted)
        // Five members need four. With site4 gone, the newcomer is one of them.
        try await cluster.kill("site4")
        try await advance(to: admitted + 2, through: "site5")
        let cosigners = try await cluster.run("ledger", "status", "--json", through: "site2").document()
        #expect(cosigners["cosigners"]?.arrayValue?.contains("site5") == true)
        try await cluster.start("site4")

        let removed = try await decide("remove", "site5")
        try await advance(to: removed, through: "site2")
        _ = try await cluster.commonCheckpoint(height: removed)
        try await cluster.kill("site5")
        try await advance(to: removed + 2, through: "site3")
        let status = try await cluster.run("ledger", "status", "--json", through: "site1").document()
        #expect(status["needed"] == 3 && status["cosigners"]?.arrayValue?.contains("site5") == false)
        let registry = try await cluster.run("registry", "list", "--json", through: "site4").document()
        #expect(registry["changes"]?.arrayValue?.count == 2)
        try await cluster.run("ledger", "fsck", through: "site1").expectStatus(0)
        // What it submits is turned away now.
        let late = try await consortium.run(
            ["registry", "propose", "remove", "site1", "--as", "site5"],
            environment: ["CHANCERY_HOME": home, "CHANCERY_NODE": cluster.address(of: "site1")]
        ).expectStatus(1)
        #expect(late.message.contains("site5"))
    }

    @Test("An old copy of a node's folder, put back and started, cosigns nothing that it has cosigned before")
    func restoredFolder() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let cluster = try await RunningCluster(prepared.consortium, departments: Self.founders)
        func request(through department: String) async throws {
            try await cluster.run(
                "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "1",
                "--until", "90d", "--as", "statistics", through: department
            ).expectStatus(0)
        }
        try await request(through: "site1")
        _ = try await cluster.commonCheckpoint()
        try await cluster.kill("site4")
        let node = prepared.consortium.home + "/parties/site4/node"
        let backup = prepared.consortium.folder.path("backup")
        try FileManager.default.copyItem(atPath: node, toPath: backup)
        try await cluster.start("site4")
        for _ in 0..<3 { try await request(through: "site4") }
        let height = try await cluster.height()
        _ = try await cluster.commonCheckpoint(height: height)
        try await cluster.kill("site4")
        try FileManager.default.removeItem(atPath: node)
        try FileManager.default.copyItem(atPath: backup, toPath: node)
        try await cluster.start("site4")
        _ = try await cluster.commonCheckpoint(height: height)
        // The journal is as it was: nothing of what came between was cosigned again.
        let (vote, old) = (try Self.vote(in: node), try Self.vote(in: backup))
        #expect(vote != nil && vote == old)
        // It takes part again in what begins after its return, and is needed: site3 is gone.
        try await cluster.kill("site3")
        try await request(through: "site4")
        try await request(through: "site1")
        for department in cluster.nodes.keys {
            let metrics = String(decoding: try await cluster.get("/metrics", from: department).body, as: UTF8.self)
            #expect(metrics.contains("chancery_equivocations_total 0"))
        }
    }

    /// The newest vote in a node's journal, which is JSON with its checksum behind it.
    private static func vote(in folder: String) throws -> JSONValue? {
        let file = try Data(contentsOf: URL(filePath: folder + "/vote.json"))
        return try CanonicalJSON.parse(file.prefix { $0 != UInt8(ascii: "\n") })["vote"]
    }
}
