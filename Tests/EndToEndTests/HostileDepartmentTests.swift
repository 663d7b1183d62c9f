import CanonicalJSON
import Foundation
import Gateway
import Ledger
import SharingModel
import Testing

/// Four departments' processes and etcd's; one of the four has nothing but its keys and bad intentions.
@Suite("A department that means harm", .serialized, .enabled(if: RunningCluster.isUsable))
struct HostileDepartmentTests {
    private static let honest = ["site1", "site2", "site3"]

    private func begin() async throws -> (RunningCluster, HostileDepartment) {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let cluster = try await RunningCluster(
            prepared.consortium, departments: Self.honest + ["site4"], members: 1)
        try await cluster.request(through: "site1")
        _ = try await cluster.commonCheckpoint(height: try await cluster.height(of: "site1"))
        try await cluster.kill("site4")
        return (cluster, try HostileDepartment("site4", in: cluster))
    }

    /// No height has two blocks, and the ledger is what executing it gives.
    private func expectOneHistory(_ cluster: RunningCluster, _ site4: HostileDepartment) async throws {
        let height = try await cluster.height()
        _ = try await cluster.commonCheckpoint(height: height)
        for height in 0...height {
            var roots: Set<Digest> = []
            for department in cluster.nodes.keys { roots.insert(try await site4.block(height, of: department).root) }
            #expect(roots.count == 1, "height \(height)")
        }
        try await cluster.run("ledger", "fsck", through: "site2").expectStatus(0)
    }

    /// What `ledger departments` says of site4, as soon as it says what is waited for; it is asked again and again.
    private func faults(
        _ cluster: RunningCluster, until isEnough: (JSONValue) -> Bool
    ) async throws -> JSONValue {
        let deadline = ContinuousClock.now.advanced(by: .seconds(60))
        var last = JSONValue.null
        while ContinuousClock.now < deadline {
            let document = try await cluster.run("ledger", "departments", "--json", through: "site3").document()
            last = document["departments"]?.arrayValue?.first { $0["department"] == "site4" } ?? .null
            if isEnough(last) { return last }
        }
        Issue.record("site4's faults are not on the ledger: \(last)")
        return last
    }

    @Test("Cosignatures of two trees, in another's name, replayed and garbled: named, and nothing stops")
    func cosignatures() async throws {
        let (cluster, site4) = try await begin()
        let head = try await site4.head(of: "site1")
        let (height, size) = (head.record.height + 1, head.size + 2)
        // Each node is told something else, and one of them two things.
        for (place, department) in (Self.honest + ["site1"]).enumerated() {
            let root = Digest.sha256(Data("tree \(place)".utf8))
            try await site4.send(
                site4.cosignature(size: size, root: root, height: height, at: .now()), to: department)
        }
        // What site4 signs in site1's name, and another's cosignature for another tree.
        let own = try site4.cosignature(size: size, root: .sha256(Data("forged".utf8)), height: height, at: .now())
        let stolen = try #require(try site4.cosignatures(of: head).first { $0.party.text == "site1" })
        for forged in [PartyCosignature(party: stolen.party, signature: own.cosignature.signature), stolen] {
            for department in Self.honest {
                try await site4.send(
                    CosignatureMessage(cosignature: forged, height: height, root: own.root, size: size),
                    to: department)
            }
        }
        for garbage in [Data("C".utf8), Data(repeating: 0xFF, count: 5_000), Data("C\0\0\0\u{2}{}".utf8)] {
            #expect(try await site4.post(garbage, to: "site1") >= 400)
        }
        // Its true cosignature of the newest block, with a time of a hundred years from now.
        try await site4.send(
            site4.cosignature(
                size: head.size, root: head.root, height: head.record.height,
                at: Timestamp.now().adding(seconds: 100 * 365 * 86_400)), to: "site1")

        for department in Self.honest { try await cluster.request(through: department) }
        let deadline = ContinuousClock.now.advanced(by: .seconds(60))
        var named = false
        while !named, ContinuousClock.now < deadline {
            let registry = try await cluster.run("registry", "list", "--json", through: "site3").document()
            named = registry["equivocations"]?.arrayValue?.contains { $0["party"] == "site4" } == true
        }
        #expect(named, "site4's equivocation is on the ledger")
        let status = try await cluster.run("ledger", "status", through: "site1").expectStatus(0)
        #expect(status.text.contains("site4"), "\(status.text)")
        try await expectOneHistory(cluster, site4)
        let newest = try await site4.head(of: "site2")
        #expect(newest.record.time <= Timestamp.now().adding(seconds: 600))

        // Its own node, put up again beside what its keys have said: it follows, and all goes on.
        try await cluster.start("site4")
        try await cluster.request(through: "site2")
        try await expectOneHistory(cluster, site4)
    }

    /// The head, when all nodes have called it so several times in a row: there is nothing on the way any more.
    private func rest(_ cluster: RunningCluster, _ site4: HostileDepartment) async throws -> ExportedBlock {
        var (heights, since) = ([Int](), 0)
        let deadline = ContinuousClock.now.advanced(by: .seconds(60))
        while since < 4, ContinuousClock.now < deadline {
            var now: [Int] = []
            for department in Self.honest { now.append(try await cluster.height(of: department)) }
            since = now == heights && Set(now).count == 1 ? since + 1 : 0
            heights = now
        }
        return try await site4.head(of: "site1")
    }

    @Test("Batches that are garbled, foreign, empty, replayed, unproven or withheld are skipped, and reported")
    func batches() async throws {
        let (cluster, site4) = try await begin()
        let stranger = Digest.sha256(Data("another history".utf8))
        let kinds: [(String, (ExportedBlock) throws -> Data)] = [
            ("garbage", { _ in Data("chancery-batch-v1\n\0\0\u{1}".utf8) }),
            ("another history", { try site4.batch(after: $0, parent: stranger, [site4.wake()]) }),
            ("another height", { try site4.batch(after: $0, height: $0.record.height + 7, [site4.wake()]) }),
            ("nothing in it", { try site4.batch(after: $0, []) }),
            ("replayed", { try site4.batch(after: $0, $0.envelopes) }),
            (
                "twice the same",
                { head in
                    let wake = try site4.wake()
                    return try site4.batch(after: head, [wake, wake])
                }
            ),
            ("without a quorum", { try site4.batch(after: $0, previous: [], [site4.wake()]) }),
            ("withheld", { try site4.reference(height: $0.record.height + 1) }),
        ]
        for (kind, make) in kinds {
            // Reports come by themselves, so the height may move on meanwhile: until the write is the height's own.
            var isInTime = false
            for _ in 0..<5 where !isInTime {
                let head = try await rest(cluster, site4)
                try await site4.write(make(head), height: head.record.height + 1)
                isInTime = try await cluster.height() == head.record.height
                try await cluster.request(through: "site2")
            }
            #expect(isInTime, "\(kind): the ledger never rested")
        }
        let named = try await faults(cluster) { site4 in
            site4["invalid"]?.integerValue ?? 0 >= 4 && site4["misplaced"]?.integerValue ?? 0 >= 2
        }
        #expect(named["efficiencyAwards"]?.integerValue ?? 0 <= 1, "none of these was taken")
        for department in Self.honest {
            let metrics = String(decoding: try await cluster.get("/metrics", from: department).body, as: UTF8.self)
            let line = metrics.split(separator: "\n").first { $0.hasPrefix("chancery_batches_skipped_total") }
            let skipped = line?.split(separator: " ").last.flatMap { Double($0) } ?? 0
            #expect(skipped >= Double(kinds.count), "\(department): \(String(describing: line))")
        }
        try await expectOneHistory(cluster, site4)
    }

    @Test("A valid batch with a cosignature from the future is taken, and the time stays that of the honest")
    func time() async throws {
        let (cluster, site4) = try await begin()
        for years in [Int64(-20), 100] {
            var isTaken = false
            for _ in 0..<20 where !isTaken {
                let head = try await site4.head(of: "site1")
                let strange = try site4.cosignature(
                    size: head.size, root: head.root, height: head.record.height,
                    at: Timestamp.now().adding(seconds: years * 365 * 86_400))
                let previous =
                    try site4.cosignatures(of: head).filter { $0.party.text != "site4" } + [strange.cosignature]
                let wake = try site4.wake()
                try await site4.write(
                    site4.batch(after: head, previous: previous, [wake]), height: head.record.height + 1)
                _ = try await cluster.commonCheckpoint(height: head.record.height + 1)
                let made = try await site4.block(head.record.height + 1, of: "site2")
                isTaken = made.envelopes.contains(wake)
                guard isTaken else { continue }
                #expect(made.record.proposer.text == "site4")
                #expect(made.record.previous.contains(strange.cosignature))
                #expect(made.record.time >= head.record.time)
                #expect(made.record.time <= Timestamp.now().adding(seconds: 600))
            }
            #expect(isTaken, "\(years)")
            try await cluster.request(through: "site3")
        }
        try await expectOneHistory(cluster, site4)
    }
}
