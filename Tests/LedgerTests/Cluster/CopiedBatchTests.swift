import Ledger
import SharingModel
import Testing

@Suite("Batches in another department's name")
struct CopiedBatchTests {
    @Test("A batch that another department writes as its own before its proposer does is skipped by the proposer, too")
    func copied() async throws {
        let cluster = try await SimulatedCluster(departments: 4, seed: 7)
        let site1 = cluster.departments[0]
        _ = try await cluster.submit(at: site1, purpose: "copied")
        try await cluster.call(site1) { try await $0.tick() }
        let (_, batch, height) = try #require(cluster.writes.first)
        try cluster.write(batch, height: height, as: "site4")
        for site in cluster.departments { try await cluster.deliverEvent(to: site) }
        for site in cluster.departments {
            let skipped = site.told.events.contains { event in
                guard case .skipped(height, by: let party, .wrongSignature) = event else { return false }
                return party.text == "site4"
            }
            #expect(skipped, "\(site.name)")
            #expect(try site.journal.load()?.vote == nil, "\(site.name) has cosigned nothing")
        }
        try await cluster.heal()
        #expect(try site1.ledger.exportedBlock(at: height).record.proposer.text == "site1")
    }
}
