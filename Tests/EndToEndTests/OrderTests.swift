import CanonicalJSON
import Foundation
import Testing

/// Four departments, and what they leave in etcd, and do without the etcd that they had.
@Suite("Departments and their etcd", .serialized, .enabled(if: RunningCluster.isUsable))
struct OrderTests {
    private static let departments = ["site1", "site2", "site3", "site4"]

    @Test("Every department deletes its own old batches from etcd, whoever writes the newest")
    func forgets() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let cluster = try await RunningCluster(
            prepared.consortium, departments: Self.departments, members: 1,
            environment: ["CHANCERY_KEEP_BATCHES": "10"])
        let keys = EtcdKeys(cluster.etcd.line)
        var writers: Set<String> = []
        for round in 0..<24 {
            try await cluster.request(through: Self.departments[round % 4])
            writers.formUnion(try await keys.batches().keys)
        }
        #expect(writers == Set(Self.departments), "by turns all write")
        let height = try await cluster.height()
        // Ten below the final one stay, and one more until the next is deleted.
        var standing: [Int] = []
        repeat {
            standing = try await keys.batches().values.flatMap { $0 }
        } while !standing.allSatisfy { $0 >= height - 11 }
        #expect(standing.count >= 10)
        // What they join by stays.
        #expect(try await keys.all().keys.count { $0.hasSuffix("/joined") } == 4)
        // A department that was away longer than that takes the blocks from the others.
        try await cluster.kill("site4")
        for round in 0..<14 { try await cluster.request(through: Self.departments[round % 3]) }
        try await cluster.start("site4")
        _ = try await cluster.commonCheckpoint(height: height + 14)
        try await cluster.request(through: "site4")
    }

    @Test("Where etcd is lost they go on with another when they are told to, not before, and give up nothing")
    func replaced() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let cluster = try await RunningCluster(prepared.consortium, departments: Self.departments, members: 1)
        var acknowledged: [String] = []
        for department in Self.departments { acknowledged.append(try await cluster.request(through: department)) }
        _ = try await cluster.commonCheckpoint()
        let height = try await cluster.height()
        // A height that two have cosigned when etcd is lost.
        for department in ["site3", "site4"] { try await cluster.kill(department) }
        let waiting = try cluster.requestWithoutQuorum(through: "site1")
        try await cluster.eventually("two have cosigned") { try await cluster.cosignatures(at: "site1") >= 2 }
        for department in ["site1", "site2"] { try await cluster.kill(department) }
        #expect(try await waiting.value.status == 3)
        _ = try await cluster.etcd.stop()

        let folder = TemporaryFolder()
        let new = try await RunningService(
            RunningCluster.scripts.appending(path: "start-etcd"), ["1", folder.path("etcd")])
        for department in Self.departments { try await cluster.start(department, ordering: new.line) }
        var number = ""
        for department in Self.departments {
            var answer = ""
            while !answer.contains("--accept-etcd") {
                answer = String(
                    decoding: try await cluster.get("/ready", from: department).body, as: UTF8.self)
            }
            let word = try #require(answer.split(separator: "--accept-etcd ").last?.prefix { $0.isNumber })
            #expect(number.isEmpty || number == word)
            number = String(word)
            #expect(try await cluster.height(of: department) == height)
        }
        for department in Self.departments { _ = try await cluster.stop(department) }
        for department in Self.departments {
            try await cluster.start(department, ordering: new.line, options: ["--accept-etcd", number])
        }
        acknowledged.append(try await cluster.request(through: "site2"))
        _ = try await cluster.commonCheckpoint(height: height + 1)
        // Told once, they know it from then on.
        for department in Self.departments { _ = try await cluster.stop(department) }
        for department in Self.departments { try await cluster.start(department, ordering: new.line) }
        acknowledged.append(try await cluster.request(through: "site3"))
        _ = try await cluster.commonCheckpoint(height: height + 2)

        let log = try await cluster.run("ledger", "log", "--json", through: "site4").document()["transactions"]
        let recorded = (log?.arrayValue ?? []).map(LoggedTransaction.init).filter { $0.kind == "token.request" }
        #expect(recorded.map(\.id).filter(acknowledged.contains) == acknowledged, "each once, in order")
        for department in Self.departments {
            let metrics = String(decoding: try await cluster.get("/metrics", from: department).body, as: UTF8.self)
            #expect(metrics.contains("chancery_equivocations_total 0"))
        }
        try await cluster.run("ledger", "fsck", through: "site1").expectStatus(0)
        withExtendedLifetime(new) {}
    }
}
