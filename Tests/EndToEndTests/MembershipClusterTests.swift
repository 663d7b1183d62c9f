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

        // Nobody has admitted it yet: its node follows, and counts for nothing.
        try await cluster.start("site5", home: home)
        let admitted = try await cluster.decide("admit", statement)
        try await cluster.advance(to: admitted, through: "site1")
        _ = try await cluster.commonCheckpoint(height: admitted)
        // Five members need four. With site4 gone, the newcomer is one of them.
        try await cluster.kill("site4")
        try await cluster.advance(to: admitted + 2, through: "site5")
        let cosigners = try await cluster.run("ledger", "status", "--json", through: "site2").document()
        #expect(cosigners["cosigners"]?.arrayValue?.contains("site5") == true)
        try await cluster.start("site4")

        let removed = try await cluster.decide("remove", "site5")
        try await cluster.advance(to: removed, through: "site2")
        _ = try await cluster.commonCheckpoint(height: removed)
        try await cluster.kill("site5")
        try await cluster.advance(to: removed + 2, through: "site3")
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

    @Test("A light client follows departments that join, leave and take other keys, with the founding record alone")
    func lightClient() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let consortium = prepared.consortium
        let cluster = try await RunningCluster(consortium, departments: Self.founders, members: 1)
        let (home, statement) = (consortium.folder.path("site5"), consortium.folder.path("site5.json"))
        try await consortium.run(
            "join", "site5", "--consortium", consortium.home + "/consortium.json", "--home", home, "--output",
            statement, "--insecure-key-derivation-for-testing"
        ).expectStatus(0)
        func follow(_ state: String, through department: String, _ more: String...) async throws -> CommandRun {
            try await consortium.run(
                [
                    "ledger", "follow", "--light", cluster.address(of: department), "--consortium",
                    consortium.home + "/consortium.json", "--state", consortium.folder.path(state), "--json",
                ] + more, environment: ["CHANCERY_HOME": consortium.folder.path("nowhere")])
        }
        let first = try await follow("steady", through: "site1").document()
        #expect(first["needed"] == 3 && first["changes"] == 0)
        let sleeper = try Data(contentsOf: URL(filePath: consortium.folder.path("steady")))
        try sleeper.write(to: URL(filePath: consortium.folder.path("sleeper")))

        // Three of the first four are no quorum any more: site4 is gone, and the newcomer cosigns.
        try await cluster.start("site5", home: home)
        let admitted = try await cluster.decide("admit", statement)
        try await cluster.advance(to: admitted, through: "site1")
        try await cluster.kill("site4")
        try await cluster.advance(to: admitted + 1, through: "site5")
        let second = try await follow("steady", through: "site5").document()
        #expect(second["needed"] == 4 && second["changes"] == 1 && second["seenSize"] == first["size"])
        #expect(second["cosigners"]?.arrayValue?.contains("site5") == true)
        try await cluster.start("site4")

        // site2 takes another cosigning key, and its node is started again to have it.
        let rotation = try await cluster.run(
            "registry", "rotate", "--cosigning", "--as", "site2", "--json", through: "site2"
        ).document().text("proposal")
        let rotated = try await cluster.approve(rotation, by: ["site1", "site3", "site4"])
        try await cluster.kill("site2")
        try await cluster.start("site2")
        try await cluster.advance(to: rotated, through: "site1")
        try await cluster.kill("site3")
        let transaction = try await cluster.request(through: "site2")
        _ = try await cluster.commonCheckpoint(height: rotated + 1)
        let third = try await follow("steady", through: "site2", "--prove", transaction).document()
        #expect(third["changes"] == 2 && third["proven"]?["accepted"] == true)
        #expect(third["cosigners"]?.arrayValue?.contains("site2") == true)

        // Who slept through it all, and who comes for the first time, get to the same.
        for state in ["sleeper", "new"] {
            let followed = try await follow(state, through: "site4").document()
            #expect(followed["changes"] == 2 && followed["needed"] == 4, "\(state)")
            #expect(followed["departments"] == third["departments"])
        }
        // What is kept, with a step taken out: it cannot be compared with anything.
        let kept = URL(filePath: consortium.folder.path("steady"))
        let document = try CanonicalJSON.parse(Data(contentsOf: kept))
        let steps = try #require(document["membership"]?["steps"]?.arrayValue)
        guard case .object(var members) = document, case .object(var chain)? = members["membership"] else {
            Issue.record("\(document)")
            return
        }
        chain["steps"] = .array(Array(steps.dropLast()))
        members["membership"] = .object(chain)
        try CanonicalJSON.serialize(.object(members)).write(to: kept)
        let refused = try await follow("steady", through: "site1").expectStatus(2)
        #expect(refused.message.contains("cannot be compared"))
    }

    @Test("A light client goes on across the removal of a department, whose old node no longer convinces it")
    func lightClientAcrossRemoval() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let consortium = prepared.consortium
        let cluster = try await RunningCluster(consortium, departments: Self.founders, members: 1)
        func follow(_ state: String, through department: String, _ more: String...) async throws -> CommandRun {
            try await consortium.run(
                [
                    "ledger", "follow", "--light", cluster.address(of: department), "--consortium",
                    consortium.home + "/consortium.json", "--state", consortium.folder.path(state), "--json",
                ] + more, environment: ["CHANCERY_HOME": consortium.folder.path("nowhere")])
        }
        let early = try await cluster.request(through: "site4")
        _ = try await cluster.commonCheckpoint(height: try await cluster.height(of: "site4"))
        let first = try await follow("steady", through: "site4").document()
        #expect(first["needed"] == 3 && first["changes"] == 0)
        try FileManager.default.copyItem(
            atPath: consortium.folder.path("steady"), toPath: consortium.folder.path("sleeper"))
        // What site4 has now, for later.
        try await cluster.kill("site4")
        let (node, old) = (consortium.home + "/parties/site4/node", consortium.folder.path("old"))
        try FileManager.default.copyItem(atPath: node, toPath: old)
        try await cluster.start("site4")

        let removed = try await cluster.decide("remove", "site4")
        try await cluster.advance(to: removed + 1, through: "site1")
        let late = try await cluster.request(through: "site3")
        _ = try await cluster.commonCheckpoint(height: try await cluster.height(of: "site3"))
        // Through the node of the removed one, too: it follows, and shows what the others show.
        var seen: [JSONValue] = []
        for (state, department) in [("steady", "site1"), ("sleeper", "site4"), ("new", "site2")] {
            for transaction in [early, late] {
                let followed = try await follow(state, through: department, "--prove", transaction).document()
                #expect(followed["changes"] == 1 && followed["needed"] == 3, "\(state)")
                #expect(followed["proven"]?["accepted"] == true, "\(state)")
                #expect(followed["cosigners"] == ["site1", "site2", "site3"], "\(state)")
                seen.append(followed["size"] ?? .null)
            }
        }
        #expect(Set(seen).count == 1)

        // As it was before, cut off from everybody: it has nothing newer to show.
        try await cluster.kill("site4")
        try FileManager.default.removeItem(atPath: node)
        try FileManager.default.copyItem(atPath: old, toPath: node)
        try await cluster.start("site4", ordering: "etcd://127.0.0.1:1")
        let refused = try await follow("steady", through: "site4").expectStatus(1)
        #expect(refused.message.contains("seen:") && refused.message.contains("shown:"), "\(refused.message)")
        let misled = try await follow("never", through: "site4").document()
        #expect(misled["changes"] == 0 && misled["size"] == first["size"], "who comes for the first time cannot know")
        try await follow("never", through: "site1").expectStatus(0)
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
