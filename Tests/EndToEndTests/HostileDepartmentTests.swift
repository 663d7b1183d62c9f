import CanonicalJSON
import Contracts
import Foundation
import Gateway
import Ledger
import SharingModel
import SignedEnvelopes
import Testing

/// Four departments' processes and etcd's; the fourth has nothing but its keys, its accounts and bad intentions.
@Suite("A department that means harm", .serialized, .enabled(if: RunningCluster.isUsable))
struct HostileDepartmentTests {
    private static let honest = ["site1", "site2", "site3"]

    /// Starts all four and lets them agree once; then site4's node is gone, and `body` has what it had.
    private func run(
        isSecure: Bool = false, _ body: (RunningCluster, HostileDepartment) async throws -> Void
    ) async throws {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let cluster = try await RunningCluster(
            prepared.consortium, departments: Self.honest + ["site4"], members: 1, isSecure: isSecure)
        try await cluster.request(through: "site1")
        _ = try await cluster.commonCheckpoint(height: try await cluster.height(of: "site1"))
        try await HostileDepartment.run("site4", in: cluster) { try await body(cluster, $0) }
    }

    /// The newest block, once nothing waits and nothing is on the way any more.
    private func rest(_ site4: HostileDepartment) async throws -> ExportedBlock {
        var (last, times) = ([NodeStatus](), 0)
        try await site4.cluster.eventually("the nodes are at rest") {
            var now: [NodeStatus] = []
            for department in Self.honest { now.append(try await site4.status(of: department)) }
            let isQuiet = Set(now.map(\.height)).count == 1 && now.allSatisfy { $0.waiting == 0 && $0.candidate == nil }
            times = isQuiet && now.map(\.height) == last.map(\.height) ? times + 1 : 0
            last = now
            return times >= 3
        }
        return try await site4.block(try #require(last.first).height, of: "site1")
    }

    /// The name is in the log of a node that is told to stop.
    private func expectLog(_ cluster: RunningCluster, _ lines: String...) async throws {
        let run = try await #require(cluster.nodes["site2"]).stop()
        #expect(run.status == 0)
        for line in lines { #expect(run.message.contains(line), "\(line) in\n\(run.message.suffix(4_000))") }
    }

    @Test("Told a tree each, the others find two of them, and name it in log, metrics, evidence and on the ledger")
    func equivocation() async throws {
        try await run(isSecure: true) { cluster, site4 in
            let head = try await rest(site4)
            let height = head.record.height + 1
            for (place, size) in [head.size + 2, head.size - 1].enumerated() {
                for department in Self.honest {
                    let root = Digest.sha256(Data("\(department) \(size)".utf8))
                    #expect(
                        try await site4.send(site4.cosignature(of: root, size: size, height: height), to: department)
                            == 204)
                }
                if place == 0 { try await cluster.request(through: "site1") }
                for department in Self.honest {
                    try await cluster.eventually("\(department) has proof") {
                        try await site4.faults("equivocation", at: department) == place + 1
                    }
                    #expect(cluster.evidence(of: department).contains("equivocation-\(size)-site4.json"))
                }
            }
            try await cluster.eventually("the ledger names site4") {
                try await cluster.request(through: "site3")
                let registry = try await cluster.run("registry", "list", "--json", through: "site2").document()
                return registry["equivocations"]?.arrayValue?.contains { $0["party"] == "site4" } == true
            }
            let status = try await cluster.run("ledger", "status", through: "site1").expectStatus(0)
            #expect(status.text.contains("site4"), "\(status.text)")
            try await cluster.expectOneHistory()
            // Its own node, put up again beside what its keys have said: it follows, and all goes on.
            try await cluster.start("site4")
            try await cluster.request(through: "site4")
            try await cluster.expectOneHistory()
            try await expectLog(cluster, "site4 has cosigned two trees of \(head.size - 1) leaves")
        }
    }

    @Test("Cosignatures in another's name, of another tree, garbled or from outside count for nothing, accuse nobody")
    func forgeries() async throws {
        try await run(isSecure: true) { cluster, site4 in
            let head = try await rest(site4)
            let (size, height) = (head.size + 2, head.record.height + 1)
            let own = try site4.cosignature(of: .sha256(Data("forged".utf8)), size: size, height: height)
            let stolen = try #require(try site4.cosignatures(of: head).first { $0.party.text == "site1" })
            for forged in [PartyCosignature(party: stolen.party, signature: own.cosignature.signature), stolen] {
                for department in Self.honest {
                    try await site4.send(
                        CosignatureMessage(cosignature: forged, height: height, root: own.root, size: size),
                        to: department)
                }
            }
            // A true one of site1, again and again, under other heights.
            for moved in 0..<3 {
                let message = CosignatureMessage(
                    cosignature: stolen, height: height + moved, root: head.root, size: head.size)
                for department in Self.honest { #expect(try await site4.send(message, to: department) == 204) }
            }
            for garbage in [Data("C".utf8), Data(repeating: 0xFF, count: 5_000), Data("C\0\0\0\u{2}{}".utf8)] {
                #expect(try await site4.post("/v1/messages", garbage, to: "site1").status >= 400)
            }
            // What is recorded already, as if it were new; and what nobody has signed.
            let recorded = try #require(head.envelopes.first)
            #expect(
                try await site4.post(
                    "/v1/messages", NodeMessage.transaction(recorded).frame(), to: "site2"
                ).status == 204)
            #expect(try await site4.post("/v1/transactions", Data("{}".utf8), to: "site2").status >= 400)
            // Who shows no certificate keeps no node busy.
            let stranger = try await Download.get(
                cluster.address(of: "site1") + "/v1/messages", method: "POST",
                body: NodeMessage.cosignature(own).frame())
            #expect(stranger.status == 403)
            // In etcd it writes under its own prefix alone.
            for key in ["batch/site1/000000000099", "node/site1"] {
                #expect(try await site4.etcd.put("\(site4.ledger.origin)/\(key)", Data("x".utf8)) == 403)
            }
            let transaction = try await cluster.request(through: "site1")
            for department in Self.honest {
                let metrics = try await site4.text("/metrics", of: department)
                #expect(metrics.contains("chancery_equivocations_total 0"))
                #expect(!metrics.contains("department=\"site1\""), "\(metrics)")
                #expect(cluster.evidence(of: department).isEmpty)
            }
            try await cluster.expectOneHistory([transaction])
        }
    }

    /// Writes as site4 what is skipped, until the honest nodes have judged it: what they report of one write comes
    /// by itself, so that the height may move on before the next write is there.
    private func skipped(
        _ site4: HostileDepartment, _ kind: String, _ make: (ExportedBlock) throws -> Data
    ) async throws {
        func counts() async throws -> [Int] {
            var counts: [Int] = []
            for department in Self.honest { counts.append(try await site4.faults("batch-skipped", at: department)) }
            return counts
        }
        for _ in 0..<20 {
            let (head, before) = (try await rest(site4), try await counts())
            let height = head.record.height + 1
            try await site4.etcd.put(site4.key(height), make(head))
            var (isJudged, quiet) = (false, 0)
            try await site4.cluster.eventually("\(kind) is judged, or too late") {
                isJudged = zip(before, try await counts()).allSatisfy { $0 < $1 }
                let now = try await site4.status(of: "site1")
                quiet = now.height >= height && now.waiting == 0 && now.candidate == nil ? quiet + 1 : 0
                return isJudged || quiet > 10
            }
            if isJudged { return }
        }
        Issue.record("\(kind): the ledger never rested")
    }

    @Test("Batches that are garbled, foreign, empty, replayed, run out, unproven or held by nobody are skipped, named")
    func batches() async throws {
        try await run { cluster, site4 in
            let kinds: [(String, (ExportedBlock) throws -> Data)] = [
                ("garbage", { _ in Data("chancery-batch-v1\n\0\0\u{1}".utf8) }),
                ("another height", { try site4.batch(after: $0, height: $0.record.height + 7, [site4.wake()]) }),
                (
                    "held by nobody",
                    { head in
                        let batch = try site4.batch(after: head, [site4.wake()])
                        return try site4.reference([site4.holding(batch, height: head.record.height + 1)])
                    }
                ),
                (
                    "held in another's name",
                    { head in
                        let (batch, height) = (try site4.batch(after: head, [site4.wake()]), head.record.height + 1)
                        return try site4.reference([
                            site4.holding(batch, height: height, as: "site1"), site4.holding(batch, height: height),
                        ])
                    }
                ),
                (
                    "another history",
                    { try site4.batch(after: $0, parent: .sha256(Data("another".utf8)), [site4.wake()]) }
                ),
                ("nothing in it", { try site4.batch(after: $0, []) }),
                ("replayed", { try site4.batch(after: $0, $0.envelopes) }),
                // A block has the time at which the height before was cosigned, and that may be a while ago.
                ("run out", { try site4.batch(after: $0, [site4.wake(validFor: -3_600)]) }),
                ("without a quorum", { try site4.batch(after: $0, previous: [], [site4.wake()]) }),
            ]
            for (kind, make) in kinds { try await skipped(site4, kind, make) }
            try await cluster.eventually("the ledger names site4") {
                let document = try await cluster.run("ledger", "departments", "--json", through: "site3").document()
                let counts = document["departments"]?.arrayValue?.first { $0["department"] == "site4" }
                return counts?["invalid"]?.integerValue ?? 0 >= 5 && counts?["misplaced"]?.integerValue ?? 0 >= 4
            }
            try await cluster.expectOneHistory([try await cluster.request(through: "site2")])
            try await expectLog(cluster, "batch of site4 for height")
        }
    }

    @Test("A batch that is written over and deleted in etcd stays what it was; who did it is named")
    func rewritten() async throws {
        try await run { cluster, site4 in
            let head = try await rest(site4)
            let height = head.record.height + 1
            let (first, second) = (try site4.wake(), try site4.wake())
            try await site4.etcd.put(site4.key(height), site4.batch(after: head, [first]))
            try await site4.etcd.put(site4.key(height), site4.batch(after: head, [second]))
            try await site4.etcd.delete(site4.key(height))
            try await cluster.eventually("it is final") { try await cluster.height() >= height }
            for department in Self.honest {
                let made = try await site4.block(height, of: department)
                #expect(made.envelopes == [first] && made.record.proposer == site4.party)
                try await cluster.eventually("\(department) names site4") {
                    let (over, gone) = (
                        try await site4.faults("batch-rewritten", at: department),
                        try await site4.faults("batch-deleted", at: department)
                    )
                    return over > 0 && gone > 0
                }
            }
            try await cluster.eventually("the ledger names site4") {
                let document = try await cluster.run("ledger", "departments", "--json", through: "site3").document()
                let counts = document["departments"]?.arrayValue?.first { $0["department"] == "site4" }
                return counts?["rewritten"]?.integerValue ?? 0 >= 1
            }
            try await cluster.expectOneHistory([try await cluster.request(through: "site2")])
        }
    }

    @Test("Where one other has seen a batch before it was deleted and compacted away, all agree on one, and it goes on")
    func hidden() async throws {
        try await run(isSecure: true) { cluster, site4 in
            let head = try await rest(site4)
            let height = head.record.height + 1
            let (first, second) = (try site4.wake(), try site4.wake())
            for department in ["site2", "site3"] { try await cluster.kill(department) }
            try await site4.etcd.put(site4.key(height), site4.batch(after: head, [first]))
            try await cluster.eventually("site1 has spoken for it") {
                try await site4.status(of: "site1").cosigned.map(\.text) == ["site1"]
            }
            try await site4.etcd.delete(site4.key(height))
            try await site4.etcd.put(site4.key(height), site4.batch(after: head, [second]))
            try await site4.etcd.compact(reading: site4.key(height))
            for department in ["site2", "site3"] { try await cluster.start(department) }
            try await cluster.eventually("it is final") { try await cluster.height() >= height }
            let taken = try await site4.block(height, of: "site1").envelopes
            #expect([[first], [second]].contains(taken))
            for department in Self.honest {
                #expect(try await site4.block(height, of: department).envelopes == taken)
            }
            try await cluster.expectOneHistory([try await cluster.request(through: "site2")])
            try await expectLog(cluster, "etcd no longer has all that happened up to revision")
        }
    }

    @Test("A batch that it has held by one other and keeps back is waited for by name, and comes when that one is back")
    func withheld() async throws {
        try await run { cluster, site4 in
            let head = try await rest(site4)
            let height = head.record.height + 1
            let wake = try site4.wake()
            let batch = try site4.batch(after: head, [wake])
            let answer = try await site4.post("/v1/batches/site4/\(height)", batch, to: "site1")
            try #require(answer.status == 200)
            try await cluster.kill("site1")
            try await site4.etcd.put(
                site4.key(height), site4.reference([answer.body, site4.holding(batch, height: height)]))
            for department in ["site2", "site3"] {
                try await cluster.eventually("\(department) says whom it waits for") {
                    let ready = try await site4.text("/ready", of: department)
                    return ready.contains("has not come from any of site1, site4")
                }
                #expect(try await site4.status(of: department).height == height - 1)
            }
            // It holds to what it has stated, also after kill -9.
            try await cluster.start("site1")
            try await cluster.eventually("it is final") { try await cluster.height() >= height }
            for department in Self.honest {
                #expect(try await site4.block(height, of: department).envelopes == [wake])
            }
            try await cluster.expectOneHistory([try await cluster.request(through: "site3")])
        }
    }

    @Test("A batch that carries its cosignature from another time is taken, and the time stays that of the honest")
    func times() async throws {
        try await run { cluster, site4 in
            for years in [Int64(-20), 100] {
                let head = try await rest(site4)
                let strange = try site4.cosignature(
                    of: head.root, size: head.size, height: head.record.height,
                    at: Timestamp.now().adding(seconds: years * 365 * 86_400))
                let others = try site4.cosignatures(of: head).filter { $0.party != site4.party }
                let wake = try site4.wake()
                let height = head.record.height + 1
                try await site4.etcd.put(
                    site4.key(height),
                    site4.batch(after: head, previous: others + [strange.cosignature], [wake]))
                try await cluster.eventually("it is final") { try await cluster.height() >= height }
                let made = try await site4.block(height, of: "site2")
                #expect(made.envelopes == [wake] && made.record.previous.contains(strange.cosignature))
                #expect(made.record.time >= head.record.time)
                #expect(made.record.time <= Timestamp.now().adding(seconds: 600))
                try await cluster.request(through: "site3")
            }
            try await cluster.expectOneHistory()
        }
    }

    @Test("An old copy of its home, run beside the new one with the same key, says that it is old; nothing forks")
    func twice() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let old = try await prepared.consortium.copy()
        let cluster = try await RunningCluster(
            prepared.consortium, departments: Self.honest + ["site4"], members: 1)
        var acknowledged = [try await cluster.request(through: "site1")]
        _ = try await cluster.commonCheckpoint()
        try await cluster.kill("site4")
        let node = "parties/site4/node"
        try FileManager.default.copyItem(
            atPath: "\(prepared.consortium.home)/\(node)", toPath: "\(old.home)/\(node)")
        try await cluster.start("site4")
        for department in Self.honest { acknowledged.append(try await cluster.request(through: department)) }
        // The copy is old once its department has cosigned something of which it knows nothing.
        try await cluster.eventually("site4 cosigns again") {
            acknowledged.append(try await cluster.request(through: "site1"))
            return try #require(cluster.nodes["site4"]).log.contains("executed and cosigned")
        }
        _ = try await cluster.commonCheckpoint(height: try await cluster.height())
        try await cluster.start("site4", home: old.home, beside: "site4")
        // Three of four: one of the two that share a key has to cosign.
        try await cluster.kill("site3")
        for department in ["site1", "site2", "site4"] {
            acknowledged.append(try await cluster.request(through: department))
        }
        try await cluster.start("site3")
        _ = try await cluster.commonCheckpoint(height: try await cluster.height())
        try await cluster.expectOneHistory(acknowledged)
        for department in cluster.nodes.keys {
            let metrics = String(decoding: try await cluster.get("/metrics", from: department).body, as: UTF8.self)
            #expect(metrics.contains("chancery_equivocations_total 0"), "\(department)")
        }
        let run = try await #require(cluster.nodes["site4 again"]).stop()
        #expect(run.message.contains("is an old copy"), "\(run.message)")
    }
}

extension HostileDepartment {
    /// The key of its batch in etcd.
    func key(_ height: Int) -> String {
        let digits = String(height)
        return "\(ledger.origin)/batch/\(party)/" + String(repeating: "0", count: 12 - digits.count) + digits
    }
}
