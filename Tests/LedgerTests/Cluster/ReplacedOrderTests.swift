import Foundation
import Ledger
import SharingModel
import Testing

/// Departments whose order is lost, and another set up in its place.
@Suite("Another order in the place of the one that is lost", .serialized)
struct ReplacedOrderTests {
    private func place(_ order: String, _ position: Int64, mark: String = "a") -> OrderPlace {
        OrderPlace(order: order, mark: mark, position: position)
    }

    @Test("Another order is told by its name, a shorter one by its place; one without the mark is taken up again")
    func meets() async throws {
        let cluster = try await SimulatedCluster(departments: 3, seed: 1)
        let site = cluster.departments[0]
        #expect(try await site.node.meet(place("one", 0)))
        try await site.node.take(
            BatchEvent(position: 9, department: site.party, height: 1, change: .written(Data("x".utf8))))
        #expect(try await site.node.meet(place("one", 9)))
        #expect(try await site.node.meet(place("one", 20)))
        let two = place("two", 20)
        await #expect(throws: OrderFault.another(known: "one", shown: two)) { _ = try await site.node.meet(two) }
        let less = place("one", 7)
        await #expect(throws: OrderFault.wentBack(seen: 8, shown: less)) { _ = try await site.node.meet(less) }
        #expect(try await !site.node.meet(place("one", 20, mark: "b")))
        #expect(OrderFault.another(known: "one", shown: two).description.contains("--accept-etcd two"))

        try await site.node.takeUp(two)
        #expect(try await site.node.meet(two))
        #expect(await site.node.startPosition() == 0)
        #expect(try site.journal.load()?.order == FollowedOrder(two, begins: 20))
        // Twice is once.
        try await site.node.take(
            BatchEvent(position: 21, department: site.party, height: 2, change: .written(Data("y".utf8))))
        try await site.node.takeUp(place("two", 30))
        #expect(await site.node.startPosition() == 20)
        try await cluster.restart(site)
        #expect(try await site.node.meet(two))
    }

    @Test("What was cosigned in the old order stays cosigned, and others follow it before they cosign another")
    func keepsVotes() async throws {
        let cluster = try await SimulatedCluster(departments: 3, seed: 2)
        let sites = cluster.departments
        for site in sites { _ = try await site.node.meet(place("one", 0)) }
        for site in [sites[0], sites[2]] {
            _ = try await cluster.submit(at: site, purpose: site.name)
            try await cluster.call(site) { try await $0.tick() }
        }
        let late = cluster.writes.removeLast()
        let first = cluster.writes[0].batch
        try cluster.deliverWrite(at: 0)
        for site in sites.prefix(2) { try await cluster.deliverEvent(to: site) }
        let votes = try sites.prefix(2).map { try $0.journal.load()?.vote?.message }
        #expect(votes.allSatisfy { $0 != nil })

        // One of the two is killed first. In the new order another batch comes before all.
        try await cluster.restart(sites[0])
        for site in sites { cluster.show([], to: site.name) }
        for site in sites {
            site.read(from: 0)
            try await cluster.call(site) { [self] in try await $0.takeUp(place("two", 0)) }
        }
        cluster.writes = [late]
        try cluster.deliverWrite(at: 0)
        for site in sites { try await cluster.deliverEvent(to: site) }
        #expect(try sites.prefix(2).map { try $0.journal.load()?.vote?.message } == votes)
        #expect(try sites[2].journal.load()?.vote == nil, "it waits for what others have cosigned")
        try await cluster.heal()
        let height = try #require(votes[0]).height
        let block = try sites[2].ledger.exportedBlock(at: height)
        #expect(block.record.proposer == sites[0].party && !first.isEmpty)
        #expect(try Set(sites.map { try $0.ledger.exportedBlock(at: height).record }).count == 1)
        for site in sites {
            #expect(!site.told.events.contains { if case .equivocation = $0 { true } else { false } })
        }
    }
}
