import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Testing
import TransparencyLog

/// An order that shows one of three departments one history and two another, and what the departments do about it.
@Suite("Heights settled by hand, and evidence on the ledger", .serialized)
struct SettlementTests {
    private let names = ["site1", "site2", "site3"]

    private func request(_ cluster: TestCluster, _ purpose: String) throws -> Envelope {
        try cluster.consortium.envelope(cluster.consortium.request(purpose: purpose), by: "statistics")
    }

    /// Submits until `isDone`, through one department after the other.
    private func goOn(_ cluster: TestCluster, until isDone: (LedgerState) throws -> Bool) async throws {
        for round in 0..<12 {
            if try cluster["site1"].ledger.read({ try isDone(LedgerState($0)) }) { return }
            _ = try await cluster.submit(try request(cluster, "round \(round)"), at: names[round % 3])
            _ = try await cluster.settle(names)
        }
        Issue.record("not within twelve blocks")
    }

    /// Two batches for one height, one seen by one department and one by two, who each cosign alone: no quorum.
    private func split(_ cluster: TestCluster, _ body: @Sendable () async throws -> Void) async throws -> Int {
        let height = try #require(try await cluster.settle(names)).height + 1
        cluster.hide(batchesOf: "site3", from: ["site1"])
        cluster.hide(batchesOf: "site1", from: ["site2", "site3"])
        let (one, other) = (try request(cluster, "one"), try request(cluster, "other"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await cluster.submit(one, at: "site1") }
            group.addTask { _ = try await cluster.submit(other, at: "site3") }
            for (name, count) in [("site1", 1), ("site3", 2)] {
                while try await cluster[name].node.status.cosigned.count < count {
                    try await Task.sleep(for: TestCluster.beat)
                }
            }
            for name in names { #expect(try cluster[name].ledger.head()?.height == height - 1, "\(name)") }
            cluster.hide(batchesOf: "nobody", from: [])
            try await body()
            try await group.waitForAll()
        }
        return height
    }

    /// The statements of all, on the batch that site1 has cosigned.
    private func statements(_ cluster: TestCluster) async throws -> SettledHeight {
        let open = try #require(try await cluster["site1"].node.openBatch())
        var signed: [Envelope] = []
        for name in names {
            let said = try await cluster[name].node.settlement(on: open.batch, of: open.department)
            #expect((said.givesUp == nil) == (name == "site1"))
            signed.append(try said.signed(with: cluster.consortium.key(name)))
        }
        let height = try #require(try cluster["site1"].ledger.head()).height + 1
        return SettledHeight(batch: open.batch, department: open.department, height: height, statements: signed)
    }

    @Test("With the statements of all departments a split height becomes final, and nobody is taken for an equivocator")
    func settles() async throws {
        try await TestCluster.run(departments: 3) { cluster in
            let height = try await split(cluster) {
                let settled = try await statements(cluster)
                for name in names { try await cluster[name].node.settle(settled) }
            }
            try await goOn(cluster) { state in try state.settlements().contains { $0.height == Int64(height) } }
            let record = try #require(
                try cluster["site3"].ledger.read { try LedgerState($0).settlements().first })
            #expect(record.givenUp.map(\.party.text) == ["site2", "site3"])
            // Long enough for whoever had seen both cosignatures of one department to say so.
            for round in 0..<6 { _ = try await cluster.submit(try request(cluster, "\(round)"), at: names[round % 3]) }
            let head = try #require(try await cluster.settle(names))
            for name in names {
                let ledger = try cluster[name].ledger
                #expect(try ledger.read { try LedgerState($0).equivocations() }.isEmpty)
                #expect(try ledger.cosignedBlock(.height(height))?.isFinal == true)
                #expect(try ledger.audit(scratch: SQLiteLedgerStorage.scratch()).root == head.root)
            }
        }
    }

    @Test("Without one statement, with one that hides a cosignature, or with a forged one nothing is settled")
    func refuses() async throws {
        try await TestCluster.run(departments: 3) { cluster in
            _ = try await split(cluster) {
                let settled = try await statements(cluster)
                func with(_ statements: [Envelope]) -> SettledHeight {
                    SettledHeight(
                        batch: settled.batch, department: settled.department, height: settled.height,
                        statements: statements)
                }
                let site3 = try cluster["site3"].node
                let silent = try Settlement(
                    batch: .sha256(settled.batch), by: name("site3"), givesUp: nil, height: Int64(settled.height),
                    ledger: cluster.consortium.identity)
                let forged = try silent.signed(with: cluster.consortium.key("site2"))
                let hiding = try silent.signed(with: cluster.consortium.key("site3"))
                for statements in [
                    Array(settled.statements.dropLast()),
                    settled.statements.prefix(2) + [forged],
                    settled.statements.prefix(2) + [hiding],
                ] {
                    let before = try cluster["site3"].journal.load()
                    await #expect(throws: Refusal.self) { try await site3.settle(with(statements)) }
                    #expect(try cluster["site3"].journal.load() == before)
                }
                for name in names { try await cluster[name].node.settle(settled) }
            }
        }
    }

    @Test("A department that was stopped after the statements settles what it kept when it starts again")
    func settlesAfterStart() async throws {
        try await TestCluster.run(departments: 3) { cluster in
            _ = try await split(cluster) {
                let settled = try await statements(cluster)
                let site3 = try cluster["site3"]
                let journal = MemoryJournal()
                if let vote = try site3.journal.load() { try journal.store(vote) }
                try journal.keep(settled)
                let (storage, _) = try await cluster.backup(of: "site3")
                let again = try await TestCluster.member("site3", cluster.consortium, storage, journal)
                try await again.node.settleKept()
                #expect(try journal.load()?.vote?.batch == settled.batch)
                #expect(again.told.events.contains(.settled(height: settled.height)))
                for name in names { try await cluster[name].node.settle(settled) }
            }
        }
    }

    @Test("What an order that lies has shown four departments differently is agreed on without anybody's hand")
    func agreed() async throws {
        try await TestCluster.run { cluster in
            let all = names + ["site4"]
            let height = try #require(try await cluster.settle(all)).height + 1
            cluster.hide(batchesOf: "site3", from: ["site1", "site2"])
            cluster.hide(batchesOf: "site1", from: ["site3", "site4"])
            let (one, other) = (try request(cluster, "one"), try request(cluster, "other"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await cluster.submit(one, at: "site1") }
                group.addTask { _ = try await cluster.submit(other, at: "site3") }
                // Two speak for each batch, and nobody cosigns either.
                for name in all {
                    while try cluster[name].journal.load()?.statements == nil {
                        try await Task.sleep(for: TestCluster.beat)
                    }
                    #expect(try cluster[name].ledger.head()?.height == height - 1)
                }
                cluster.hide(batchesOf: "nobody", from: [])
                try await group.waitForAll()
            }
            _ = try await cluster.settle(all, at: height + 1)
            #expect(try Set(all.map { try cluster[$0].ledger.exportedBlock(at: height).record }).count == 1)
        }
    }

    @Test("A department's two cosignatures for trees of one size come on the ledger, once")
    func equivocation() async throws {
        try await TestCluster.run { cluster in
            let all = names + ["site4"]
            let head = try #require(try await cluster.settle(all))
            let party: PartyName = try name("site4")
            let messages = try cluster.trees(after: head, by: "site4")
            for name in names {
                for message in messages { try await cluster[name].node.take(message) }
            }
            try await goOn(cluster) { try !$0.equivocations().isEmpty }
            for round in 0..<5 { _ = try await cluster.submit(try request(cluster, "\(round)"), at: names[round % 3]) }
            _ = try await cluster.settle(all)
            for name in all {
                let ledger = try cluster[name].ledger
                let records = try ledger.read { try LedgerState($0).equivocations() }
                #expect(records.map(\.party) == [party])
                // Two departments may have said it at the same time; the second is then refused.
                let accepted = try ledger.read { reader in
                    try reader.entries(kind: "cosigner.equivocation", after: nil, limit: 9)
                        .compactMap { try reader.outcome(at: $0.index) }.filter { $0.refusal == nil }
                }
                #expect(accepted.count == 1)
            }
        }
    }
}
