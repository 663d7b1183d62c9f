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

    @Test("Who is cut off from the others behind a gap waits for them, and no height is stuck")
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
        // Longer than the first round takes.
        for _ in 0..<30 { try await cluster.round() }
        #expect(try sites[2].journal.load()?.vote == nil)
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
            #expect(try sites[2].journal.load()?.vote == nil, "it waits whether others have cosigned the same")
            while !cluster.messages.isEmpty { try await cluster.deliverMessage(at: 0) }
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

    /// Delivers what is on its way between these, until nothing is.
    private func talk(_ cluster: SimulatedCluster, among names: Set<String>) async throws {
        while let index = cluster.messages.firstIndex(where: { names.contains($0.from) && names.contains($0.to) }) {
            try await cluster.deliverMessage(at: index)
        }
    }

    @Test("Who alone has seen a batch that is then hidden is bound to nothing, and takes what the others agree on")
    func hiddenFromMost() async throws {
        let cluster = try await SimulatedCluster(departments: 4, seed: 5, hostile: "site4")
        let height = try await twoBatches(cluster).height
        while !cluster.writes.isEmpty { try cluster.deliverWrite(at: 0) }
        let sites = cluster.departments
        for _ in 0..<2 { try await cluster.deliverEvent(to: sites[0]) }
        #expect(try sites[0].journal.load()?.statements?.count == 1, "it speaks for the first batch")
        #expect(try sites[0].journal.load()?.vote == nil, "and cosigns nothing alone")
        try hideFirst(cluster, height)
        // The hostile department goes along with the others, while the first is away, for as long as they agree.
        cluster.cut = ["site1"]
        for _ in 0..<200 {
            try await cluster.echo(as: "site4")
            try await cluster.round()
        }
        let votes = try sites.dropFirst().map { try $0.journal.load()?.vote }
        #expect(votes.allSatisfy { $0 != nil && $0?.message.root == votes[0]?.message.root })
        #expect(try sites[1].ledger.head()?.height == height - 1, "the hostile one does not cosign")
        try await cluster.heal()
        let final = try sites.map { try $0.ledger.exportedBlock(at: height).record }
        #expect(Set(final.map(\.proposer.text)) == ["site2"])
        #expect(sites.dropFirst().allSatisfy { $0.told.events.contains(.silent(height: height)) }, "behind it")
    }

    @Test("What one has found committed and cosigned, nobody else decides otherwise while it cannot be reached")
    func cosignedAndAway() async throws {
        let cluster = try await SimulatedCluster(departments: 4, seed: 7, hostile: "site4")
        let (first, _, height) = try await twoBatches(cluster)
        while !cluster.writes.isEmpty { try cluster.deliverWrite(at: 0) }
        let sites = cluster.departments
        for site in sites.prefix(2) {
            for _ in 0..<2 { try await cluster.deliverEvent(to: site) }
        }
        try await talk(cluster, among: ["site1", "site2"])
        // The hostile department says to the first alone what is missing to a quorum.
        let root = try #require(try statements(sites[0]).first?.root)
        for word in [AgreementStatement.Word.prepare, .commit] {
            try await cluster.say(word, root, round: 0, as: "site4", to: [sites[0]])
            if word == .prepare { try await cluster.say(word, root, round: 0, as: "site4", to: [sites[1]]) }
            if word == .prepare { try await talk(cluster, among: ["site1", "site2"]) }
        }
        #expect(try sites[0].journal.load()?.vote?.batch == first)
        try hideFirst(cluster, height)
        cluster.cut = ["site1"]
        cluster.messages = []
        // The two that are left go on with all that the hostile one can say for any other block.
        for _ in 0..<200 {
            try await cluster.echo(as: "site4", except: root)
            try await cluster.round()
        }
        for site in sites.dropFirst() {
            let vote = try site.journal.load()?.vote
            #expect(vote == nil || vote?.message.root == root, "\(site.name)")
        }
        try await cluster.heal()
        for site in sites {
            #expect(try site.ledger.exportedBlock(at: height).record.proposer.text == "site1")
        }
    }

    private func statements(_ site: SimulatedDepartment) throws -> [AgreementStatement] {
        try (site.journal.load()?.statements ?? []).map { try AgreementMessage(reading: $0).statement }
    }

    @Test("Who is asked for a block and gives another batch is not taken for who gives that one")
    func anotherBatch() async throws {
        let cluster = try await SimulatedCluster(departments: 4, seed: 6)
        let (first, second, height) = try await twoBatches(cluster)
        while !cluster.writes.isEmpty { try cluster.deliverWrite(at: 0) }
        let site3 = cluster.departments[2]
        for site in [cluster.departments[0], cluster.departments[1]] {
            for _ in 0..<2 { try await cluster.deliverEvent(to: site) }
        }
        try hideFirst(cluster, height)
        for _ in 0..<2 { try await cluster.deliverEvent(to: site3) }
        try await talk(cluster, among: ["site1", "site2", "site3"])
        for (batch, by, isAskedFor) in [
            (second, "site2", false), (Data("nonsense".utf8), "site1", false), (first, "site2", false),
            (first, "site1", true), (first, "site1", false),
        ] {
            let shown = ShownBatch(batch: batch, department: try Name(text: by))
            let isTaken = try await site3.node.take(shown)
            #expect(isTaken == isAskedFor, "\(batch.count) bytes by \(by)")
        }
        #expect(try statements(site3).first?.word == .prepare, "it follows the two that have seen it")
    }

    @Test("Whatever two dishonest of seven departments say then, one block becomes final", arguments: seeds)
    func hiddenFromMostOfSeven(seed: Int) async throws {
        let cluster = try await SimulatedCluster(departments: 7, seed: UInt64(seed), hostile: "site7")
        let height = try await twoBatches(cluster).height
        while !cluster.writes.isEmpty { try cluster.deliverWrite(at: 0) }
        let (honest, sixth) = (cluster.departments.prefix(5), cluster.departments[5])
        sixth.isDown = true
        for site in honest.prefix(seed % 5) {
            for _ in 0..<2 { try await cluster.deliverEvent(to: site) }
        }
        try hideFirst(cluster, height)

        // The two say anything to anybody, for a while.
        for round in 0..<2_000 where try !honest.allSatisfy({ try $0.ledger.head()?.height ?? 0 >= height }) {
            if round < 80 {
                for name in ["site6", "site7"] { try await cluster.sayAnything(as: name, to: Array(honest)) }
            }
            if round % 8 == 0 {
                let cuttable = honest.map(\.name).shuffled(using: &cluster.generator)
                cluster.cut = round < 80 ? Set(cuttable.prefix(2)) : []
            }
            try await cluster.round()
        }
        let blocks = try honest.map { site in
            try site.ledger.head()?.height ?? 0 >= height ? site.ledger.exportedBlock(at: height).record : nil
        }
        #expect(Set(blocks).count == 1 && blocks[0] != nil, "\(blocks.map { $0?.proposer.text ?? "-" })")
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
