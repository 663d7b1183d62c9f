import CanonicalJSON
import Foundation
import SharingModel
import Testing
import TransparencyLog

/// Four departments, quorum three, and three members of etcd; all of them processes, used as anybody would.
@Suite("Departments that order together", .serialized, .enabled(if: RunningCluster.isUsable))
struct ClusterTests {
    private static let departments = ["site1", "site2", "site3", "site4"]

    private func cluster(_ stage: TestConsortium.Stage) async throws -> (RunningCluster, TestConsortium.Prepared) {
        let prepared = try await TestConsortium.at(stage, departments: 4).copy()
        return (try await RunningCluster(prepared.consortium, departments: Self.departments), prepared)
    }

    @Test("The whole way of the data goes through the nodes, and every node has the same final ledger")
    func wholeWay() async throws {
        let (cluster, _) = try await cluster(.pool)
        for department in Self.departments {
            try await cluster.run(
                "publish", "\(department).csv", "--schema", "schema.json", "--pool", "health", "--name",
                "d\(department.suffix(1))", "--as", department, "--json", through: department
            ).expectStatus(0)
        }
        let token = try await cluster.run(
            "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "3", "--until",
            "90d", "--as", "statistics", "--json", through: "site2"
        ).document().text("token")
        for department in Self.departments {
            try await cluster.run("token", "approve", token, "--as", department, through: department).expectStatus(0)
        }
        let result = try await cluster.run(
            "query", TestConsortium.statement, "--token", token, "--as", "statistics", "--json", through: "site3"
        ).document().text("result")
        try await cluster.run("open", result, "--as", "ministry", through: "site4").expectStatus(0)
        let shown = try await cluster.run(
            "result", "show", result, "--as", "statistics", "--json", through: "site1"
        ).document()
        let rows = try CanonicalJSON.serialize(shown["rows"] ?? .null)
        #expect(String(decoding: rows, as: UTF8.self) == TestConsortium.expectedRows(departments: 4))

        let checkpoint = try await cluster.commonCheckpoint().split(separator: "\n").map(String.init)
        try await expectTiles(of: cluster, size: try #require(Int(checkpoint[1])), root: checkpoint[2])
        let status = try await cluster.run("ledger", "status", "--json", through: "site2").document()
        #expect(status["height"] == status["finalHeight"])
        #expect((status["cosigners"]?.arrayValue?.count ?? 0) >= 3)
        try await cluster.run("ledger", "fsck", through: "site3").expectStatus(0)
    }

    /// The leaves that the entry bundles hold hash up to the cosigned root, and so do the tiles of level 0.
    private func expectTiles(of cluster: RunningCluster, size: Int, root: String) async throws {
        try #require(size < 256, "one partial tile holds this ledger")
        let bundle = try await cluster.get("/tile/entries/000.p/\(size)", from: "site3").body
        var (entries, rest) = ([Data](), bundle[...])
        while rest.count >= 2 {
            let count = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            entries.append(Data(rest.dropFirst(2).prefix(count)))
            rest = rest.dropFirst(2 + count)
        }
        #expect(entries.count == size)
        #expect(Data(MerkleTree(entries: entries).root.bytes).base64EncodedString() == root)
        let hashes = try await cluster.get("/tile/0/000.p/\(size)", from: "site3").body
        #expect(hashes == Data(entries.flatMap { MerkleHash.leaf($0).bytes }))
        #expect(try await cluster.get("/tile/0/000.p/\(size + 1)", from: "site3").status == 404)
    }

    @Test("With a node and a member of etcd killed it goes on, and the node catches up when it is back")
    func kills() async throws {
        let (cluster, prepared) = try await cluster(.published)
        var acknowledged: [String] = []
        func request(through department: String) async throws {
            let document = try await cluster.run(
                "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "1",
                "--until", "90d", "--as", "statistics", "--json", through: department
            ).document()
            acknowledged.append(try document.text("transaction"))
        }
        try await request(through: "site1")
        try await cluster.kill("site4")
        try await request(through: "site2")
        try cluster.killMember(1)
        try await request(through: "site3")
        try await cluster.startMember(1)
        try await request(through: "site1")
        try await cluster.start("site4")
        let height = try await cluster.height()
        _ = try await cluster.commonCheckpoint(height: height)
        try await request(through: "site4")

        // All processes at once, and all again.
        for department in Self.departments { try await cluster.kill(department) }
        for department in Self.departments { try await cluster.start(department) }
        try await request(through: "site2")
        _ = try await cluster.commonCheckpoint()

        let log = try await cluster.run("ledger", "log", "--json", through: "site4").document()["transactions"]
        let recorded = (log?.arrayValue ?? []).map(LoggedTransaction.init).filter { $0.kind == "token.request" }
        #expect(recorded.map(\.id) == acknowledged, "each acknowledged transaction once, in order")
        #expect(prepared.token.isEmpty)
    }

    @Test("Ten commands of one party at once, through nodes, all go on from the same copy of the ledger")
    func commandsAtOnce() async throws {
        let (cluster, prepared) = try await cluster(.published)
        let consortium = prepared.consortium
        let addresses = try Self.departments.map { try cluster.address(of: $0) }
        let runs = try await withThrowingTaskGroup(of: CommandRun.self) { group in
            for number in 0..<10 {
                group.addTask {
                    try await consortium.run(
                        [
                            "token", "request", "--pool", "health", "--packs", "care", "--purpose", "number \(number)",
                            "--uses", "1", "--until", "90d", "--as", "statistics", "--json",
                        ],
                        environment: ["CHANCERY_NODE": addresses[number % addresses.count]], timeout: .seconds(150))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let tokens = try runs.map { try $0.expectStatus(0).document().text("transaction") }
        #expect(Set(tokens).count == runs.count)
        let log = try await cluster.run("ledger", "log", "--json", through: "site1").document()["transactions"]
        let recorded = (log?.arrayValue ?? []).map(LoggedTransaction.init).filter { $0.kind == "token.request" }
        #expect(Set(recorded.map(\.id)) == Set(tokens))
        #expect(recorded.count == tokens.count)
    }

    @Test("A node tells what it waits for, stops in order, and refuses what it does not understand")
    func edges() async throws {
        let (cluster, _) = try await cluster(.pool)
        #expect(try await cluster.get("/health", from: "site1").status == 200)
        #expect(try await cluster.get("/ready", from: "site1").status == 200)
        #expect(try await cluster.get("/nothing", from: "site1").status == 404)
        #expect(try await cluster.get("/tile/0/x001/000", from: "site1").status == 404)
        #expect(try await cluster.get("/v1/transactions/00", from: "site1").status == 404)
        // The shared file is no longer the ledger.
        try await cluster.consortium.run("token", "list", "--as", "site1").expectStatus(0)
        let refused = try await cluster.consortium.run(
            "publish", "site1.csv", "--schema", "schema.json", "--pool",
            "health", "--name", "d1", "--as", "site1"
        ).expectStatus(1)
        #expect(refused.message.contains("CHANCERY_NODE"))

        for (department, node) in cluster.nodes {
            let run = try await node.stop()
            #expect(run.status == 0, "\(department): \(run.message)")
        }
    }
}
