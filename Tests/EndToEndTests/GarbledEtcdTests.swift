import CanonicalJSON
import Foundation
import Testing

/// What one department hears of etcd goes through a proxy that spoils it, by a seed.
@Suite("A node whose etcd answers nonsense", .serialized, .enabled(if: RunningCluster.isUsable))
struct GarbledEtcdTests {
    private static let departments = ["site1", "site2", "site3", "site4"]
    private static let three = Array(departments.prefix(3))
    private static let seed = ProcessInfo.processInfo.environment["CHANCERY_GARBLE_SEED"] ?? "1"

    /// The proxy of `Scripts/torture`, before etcd.
    private struct Proxy {
        let folder = TemporaryFolder()
        let service: RunningService

        init(before etcd: RunningService) async throws {
            let script = RunningCluster.scripts.deletingLastPathComponent().appending(path: "Tests/Torture/garble.py")
            let members = try #require(etcd.line.split(separator: "//").last?.split(separator: ",").map(String.init))
            service = try await RunningService(
                URL(filePath: "/usr/bin/env"),
                ["python3", script.path(percentEncoded: false), GarbledEtcdTests.seed, folder.path("kinds")] + members)
        }

        func garble(_ kinds: [String]) throws {
            if kinds.isEmpty {
                try FileManager.default.removeItem(atPath: folder.path("kinds"))
            } else {
                try folder.write(kinds.joined(separator: " "), as: "kinds")
            }
        }

        func count(_ kind: String) -> Int {
            let counts = (try? folder.read("kinds.counts")).flatMap { try? CanonicalJSON.parse($0) }
            return Int(counts?[kind]?.integerValue ?? 0)
        }
    }

    @Test("Where all are needed and a batch comes to one of them behind a later one, or not at all, no height is stuck")
    func late() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 3).copy()
        let cluster = try await RunningCluster(prepared.consortium, departments: Self.three, members: 1)
        let proxy = try await Proxy(before: cluster.etcd)
        try await cluster.kill("site1")
        try await cluster.start("site1", ordering: proxy.service.line)
        var acknowledged = [try await cluster.request(through: "site1")]
        let garbled = try #require(cluster.nodes["site1"])
        func request(through department: String, while kinds: [String]) async throws {
            try proxy.garble(kinds)
            let waiting = try cluster.requestWithoutQuorum(through: department)
            try await Task.sleep(for: .milliseconds(1_500))
            try proxy.garble([])
            acknowledged.append(try await waiting.value.expectStatus(0).document().text("transaction"))
        }
        try await cluster.eventually("site1 was shown a later batch for the first, seed \(Self.seed)") {
            for department in ["site2", "site3"] { try await request(through: department, while: ["behind"]) }
            return try garbled.log.contains("is not what etcd has")
        }
        for department in Self.three + Self.three {
            try await request(through: department, while: ["late", "flip", "repeat", "cut"])
        }
        try await cluster.expectOneHistory(acknowledged)
        for department in Self.three {
            let metrics = String(decoding: try await cluster.get("/metrics", from: department).body, as: UTF8.self)
            #expect(metrics.contains("chancery_batches_skipped_total 0"), "\(department)")
            #expect(metrics.contains("chancery_order_differences_total 0") == (department != "site1"), "\(department)")
        }
    }

    @Test("Cut off, flipped, doubled, swapped, late, replaced: it says what is wrong, the others go on, nothing forks")
    func garbled() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let cluster = try await RunningCluster(prepared.consortium, departments: Self.departments, members: 1)
        var acknowledged = [try await cluster.request(through: "site1")]
        let proxy = try await Proxy(before: cluster.etcd)
        try await cluster.kill("site1")
        try await cluster.start("site1", ordering: proxy.service.line)
        for kinds in [["html", "error", "empty", "nothing"], ["cut", "flip"], ["repeat", "late", "slow"]] {
            try proxy.garble(kinds)
            for department in ["site2", "site3"] { acknowledged.append(try await cluster.request(through: department)) }
            try await cluster.eventually("etcd's answers were spoilt, seed \(Self.seed): \(kinds)") {
                for department in ["site2", "site3", "site4"] where kinds.contains(where: { proxy.count($0) == 0 }) {
                    acknowledged.append(try await cluster.request(through: department))
                }
                return kinds.allSatisfy { proxy.count($0) > 0 }
            }
            if kinds.contains("html") {
                try await cluster.eventually("site1 says what is wrong") {
                    let ready = try await cluster.get("/ready", from: "site1")
                    let text = String(decoding: ready.body, as: UTF8.self)
                    return ready.status == 503 && text.contains("the ordering service does not answer")
                }
            }
            // It behaves again: site1 catches up, and is needed, for site4 is gone meanwhile.
            try proxy.garble([])
            try await cluster.kill("site4")
            acknowledged.append(try await cluster.request(through: "site1"))
            try await cluster.start("site4")
            try await cluster.eventually("site1 is ready again") {
                try await cluster.get("/ready", from: "site1").status == 200
            }
        }
        _ = try await cluster.commonCheckpoint(height: try await cluster.height())
        try await cluster.expectOneHistory(acknowledged)
        for department in Self.departments {
            let metrics = String(decoding: try await cluster.get("/metrics", from: department).body, as: UTF8.self)
            #expect(metrics.contains("chancery_equivocations_total 0"), "\(department)")
        }
        // The process that began is the one that ends: it never crashed.
        #expect(try await #require(cluster.nodes["site1"]).stop().status == 0)
    }
}
