import Contracts
import Foundation
import Ledger
import LedgerEtcd
import SharingModel
import TestSupport
import Testing
import TransparencyLog

/// Departments that read an order which no longer has all that happened.
@Suite("Gaps in the order", .serialized)
struct GapTests {
    /// `CHANCERY_SCHEDULES` says how many.
    private static let seeds =
        1...(ProcessInfo.processInfo.environment["CHANCERY_SCHEDULES"].flatMap { Int($0) } ?? 6)

    /// Two departments write a batch for the same height, one after the other.
    private func twoBatches(_ cluster: SimulatedCluster) async throws -> (first: Data, second: Data, height: Int) {
        for site in cluster.departments.prefix(2) {
            _ = try await cluster.submit(at: site, purpose: site.name)
            try await cluster.call(site) { try await $0.tick() }
        }
        try #require(cluster.writes.count == 2)
        return (cluster.writes[0].batch, cluster.writes[1].batch, cluster.writes[0].height)
    }

    /// Calls a node as its service does until it has cosigned.
    private func vote(_ cluster: SimulatedCluster, of site: SimulatedDepartment) async throws -> Vote {
        while true {
            if let vote = try site.journal.load()?.vote { return vote }
            try await cluster.call(site) { try await $0.tick() }
            try await Task.sleep(for: TestCluster.beat)
        }
    }

    @Test("Who is cut off from the others behind a gap cosigns the first batch that stands, and no height is stuck")
    func compactedAndCut() async throws {
        let cluster = try await SimulatedCluster(departments: 3, seed: 1)
        let (first, _, _) = try await twoBatches(cluster)
        while !cluster.writes.isEmpty { try cluster.deliverWrite(at: 0) }
        let sites = cluster.departments
        for site in sites.prefix(2) {
            try await cluster.deliverEvent(to: site)
            try await cluster.deliverEvent(to: site)
            #expect(try await vote(cluster, of: site).batch == first)
        }
        cluster.compact()
        cluster.cut = ["site3"]
        for _ in 0..<3 { try await cluster.deliverEvent(to: sites[2]) }
        #expect(sites[2].told.events.contains(.gap(through: 1)))
        #expect(try await vote(cluster, of: sites[2]).batch == first)
        try await cluster.heal()
        #expect(try sites.allSatisfy { try $0.ledger.cosignedBlock(.final)?.isFinal == true })
    }

    @Test("The same with etcd itself, which is compacted while a department is away")
    func compactedEtcd() async throws {
        let cluster = try await SimulatedCluster(departments: 3, seed: 2)
        let (first, second, height) = try await twoBatches(cluster)
        let sites = cluster.departments
        try await EtcdOrder.run(origin: cluster.consortium.identity.origin) { order in
            cluster.orderAnswers = { try await order.log(of: $0.party).standing($1) }
            try await order.log(of: sites[0].party).write(first, height: height)
            try await order.log(of: sites[1].party).write(second, height: height)

            func read(_ count: Int, by site: SimulatedDepartment) async throws {
                var read = 0
                for try await item in try order.log(of: site.party).events(after: 0, from: height) {
                    switch item {
                    case .gap(let lost): await site.node.passOverGap(through: lost)
                    case .event(let event): try await cluster.call(site) { try await $0.take(event) }
                    }
                    read += 1
                    if read == count { break }
                }
            }
            for site in sites.prefix(2) { try await read(2, by: site) }
            // Long after both batches, so that the history with their writes is gone.
            for text in ["x", "y", "z"] {
                try await order.put(Data(text.utf8), height: height + 40, as: sites[2].party)
            }
            try await order.compact()
            try await read(3, by: sites[2])
            #expect(sites[2].told.events.contains { if case .gap = $0 { true } else { false } })
            #expect(try await vote(cluster, of: sites[2]).batch == first)
        }
        while !cluster.messages.isEmpty { try await cluster.deliverMessage(at: 0) }
        for site in sites { #expect(try site.ledger.head()?.height == height) }
    }

    @Test("A dishonest department that cosigns just anything does not stop departments that are all behind a gap")
    func cosignedNonsense() async throws {
        let cluster = try await SimulatedCluster(departments: 4, seed: 3, hostile: "site4")
        let height = try await twoBatches(cluster).height
        while !cluster.writes.isEmpty { try cluster.deliverWrite(at: 0) }
        cluster.compact()
        let head = try #require(try cluster.departments.first?.ledger.head())
        let nonsense = try cluster.signed(
            size: head.size + 2, root: .sha256(Data("nonsense".utf8)), as: "site4", at: nil, height: height)
        for site in cluster.departments {
            try await cluster.call(site) { try await $0.take(nonsense) }
            for _ in 0..<3 { try await cluster.deliverEvent(to: site) }
            #expect(try site.journal.load()?.vote == nil, "it waits whether others cosign the same")
        }
        try await cluster.heal()
        #expect(try await vote(cluster, of: cluster.departments[0]).message.height >= height)
        let block = try cluster.departments[0].ledger.exportedBlock(at: height)
        #expect(block.record.proposer.text == "site1", "the first batch that stood")
    }

    /// Everybody's first batch is deleted, and the order forgets that it was there.
    private func hideFirst(_ cluster: SimulatedCluster, _ height: Int) throws {
        try cluster.write(nil, height: height, as: "site1")
        cluster.compact()
    }

    @Test("Where a dishonest department hides the first batch from all but one, the others take what that one has")
    func hiddenFromMost() async throws {
        let cluster = try await SimulatedCluster(departments: 4, seed: 5, hostile: "site4")
        let (first, _, height) = try await twoBatches(cluster)
        while !cluster.writes.isEmpty { try cluster.deliverWrite(at: 0) }
        let sites = cluster.departments
        for _ in 0..<2 { try await cluster.deliverEvent(to: sites[0]) }
        #expect(try await vote(cluster, of: sites[0]).batch == first)
        try hideFirst(cluster, height)
        try await cluster.heal()
        for site in sites {
            #expect(try site.ledger.exportedBlock(at: height).record.proposer.text == "site1")
        }
        #expect(sites.dropFirst().allSatisfy { $0.told.events.contains(.silent(height: height)) }, "behind it")
    }

    @Test("Who is asked for what was cosigned and gives another batch is not taken for who gives that one")
    func anotherBatch() async throws {
        let cluster = try await SimulatedCluster(departments: 4, seed: 6, hostile: "site4")
        let (first, second, height) = try await twoBatches(cluster)
        while !cluster.writes.isEmpty { try cluster.deliverWrite(at: 0) }
        let (site1, site3) = (cluster.departments[0], cluster.departments[2])
        for _ in 0..<2 { try await cluster.deliverEvent(to: site1) }
        #expect(try await vote(cluster, of: site1).batch == first)
        try hideFirst(cluster, height)
        for _ in 0..<2 { try await cluster.deliverEvent(to: site3) }
        while !cluster.messages.isEmpty { try await cluster.deliverMessage(at: 0) }
        for (batch, by, isAskedFor) in [
            (second, "site2", false), (Data("nonsense".utf8), "site1", false), (first, "site2", false),
            (first, "site1", true), (first, "site1", false),
        ] {
            let shown = CosignedBatch(batch: batch, department: try Name(text: by))
            let isTaken = try await site3.node.take(shown)
            #expect(isTaken == isAskedFor, "\(batch.count) bytes by \(by)")
        }
    }

    @Test("Whatever two dishonest of seven departments cosign then, one block becomes final", arguments: seeds)
    func hiddenFromMostOfSeven(seed: Int) async throws {
        let cluster = try await SimulatedCluster(departments: 7, seed: UInt64(seed), hostile: "site7")
        let height = try await twoBatches(cluster).height
        while !cluster.writes.isEmpty { try cluster.deliverWrite(at: 0) }
        let (honest, sixth) = (cluster.departments.prefix(5), cluster.departments[5])
        // What the second batch gives, for the dishonest to cosign.
        let events = try #require(cluster.views["site6"])
        cluster.show([events[1]], to: "site6")
        try await cluster.deliverEvent(to: sixth)
        let second = try await vote(cluster, of: sixth).message
        sixth.isDown = true
        cluster.show(events, to: "site6")
        cluster.messages = []
        for site in honest.prefix(1 + seed % 2) {
            for _ in 0..<2 { try await cluster.deliverEvent(to: site) }
        }
        let first = try await vote(cluster, of: honest[0]).message
        try hideFirst(cluster, height)
        cluster.concealing = ["site6", "site7"]

        // Each of the two cosigns up to two trees, each at some time and before one department; the others hear of it.
        var generator = SeededGenerator(seed: UInt64(seed))
        let trees = [first.root, second.root, .sha256(Data("nonsense".utf8))]
        var plan: [(after: Duration, site: Int, message: CosignatureMessage)] = []
        for name in ["site6", "site7"] {
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let tree = Int.random(in: 0..<3, using: &generator)
                let message = try cluster.signed(
                    size: tree == 0 ? first.size : second.size, root: trees[tree], as: name, at: nil, height: height)
                let after = Duration.milliseconds(Int.random(in: 0..<6_000, using: &generator))
                plan.append((after, Int.random(in: 0..<5, using: &generator), message))
            }
        }
        let start = ContinuousClock.now
        while try !honest.allSatisfy({ try $0.ledger.head()?.height == height }),
            ContinuousClock.now - start < .seconds(120)
        {
            try await cluster.round()
            for (after, site, message) in plan where ContinuousClock.now - start > after {
                try await cluster.call(honest[site]) { try await $0.take(message) }
            }
            plan.removeAll { ContinuousClock.now - start > $0.after }
            try await Task.sleep(for: TestCluster.beat)
        }
        let roots = try honest.map { try $0.ledger.head()?.height == height ? $0.ledger.head()?.root : nil }
        #expect(Set(roots).count == 1 && roots[0] != nil, "\(roots)")
        for site in honest.dropFirst(1 + seed % 2) {
            #expect(site.told.events.contains(.silent(height: height)), "it had not seen the first")
        }
    }

    @Test("A batch that stands in a gap closes it for no later height; one that stands behind it does")
    func closes() async throws {
        let cluster = try await SimulatedCluster(departments: 4, seed: 4)
        _ = try await twoBatches(cluster)
        while !cluster.writes.isEmpty { try cluster.deliverWrite(at: 0) }
        let (site1, site4) = (cluster.departments[0], cluster.departments[3])
        let height = try #require(try site1.ledger.head()).height + 1
        try cluster.write(Data("later".utf8), height: height + 20, as: "site3")
        cluster.compact()
        func readAll(_ site: SimulatedDepartment) async throws {
            while let last = cluster.views[site.name]?.last, last.position > site.cursor {
                try await cluster.deliverEvent(to: site)
            }
        }
        // They have seen everything before the order was compacted; all hear each other.
        func others() async throws {
            for site in cluster.departments.prefix(3) {
                site.knownCompaction = .max
                try await readAll(site)
            }
            while !cluster.messages.isEmpty { try await cluster.deliverMessage(at: 0) }
        }
        try await others()
        #expect(try site1.ledger.head()?.height == height)
        try await readAll(site4)
        #expect(try site4.ledger.head()?.height == height)
        for next in [height + 1, height + 2] {
            _ = try await cluster.submit(at: site1, purpose: "\(next)")
            try await cluster.call(site1) { try await $0.tick() }
            while !cluster.writes.isEmpty { try cluster.deliverWrite(at: 0) }
            try await readAll(site4)
            #expect(site4.told.events.contains(.silent(height: next)) == (next == height + 1))
            try await others()
            #expect(try site4.ledger.head()?.height == next)
        }
    }
}
