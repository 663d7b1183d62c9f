import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Synchronization
import Testing

/// What departments do to lose no time while there is much to do.
@Suite("Busy departments", .serialized)
struct BusyClusterTests {
    private let names = ["site1", "site2", "site3", "site4"]

    @Test("A batch that some have executed in advance counts as the order has it, the same for those who have not")
    func foreseen() async throws {
        try await TestCluster.run { cluster in
            let head = try #require(try await cluster.settle(names))
            let (next, proposer) = (head.height + 1, names[(head.height + 1) % names.count])
            let batch = try cluster.largeBatch(of: cluster.requests(70), by: proposer, after: head)
            let party: PartyName = try Name(text: proposer)
            var statements: [PartyName: Data] = [:]
            for name in names {
                let node = try cluster[name].node
                statements[node.party] = try await node.hold(batch, height: next, by: party)
                if name != names[(next + 1) % names.count] { await node.foresee(batch, height: next, by: party) }
            }
            let reference = try cluster["site1"].node.reference(statements)
            try await cluster.write(reference, height: next, as: proposer)
            let final = try #require(try await cluster.settle(names, at: next))
            #expect(final.record.proposer == party && final.record.transactions == 70)
            for member in cluster.members {
                let audit = try member.ledger.audit(scratch: SQLiteLedgerStorage.scratch())
                #expect(audit.isSound && audit.root == final.root)
            }
        }
    }

    @Test("A batch that all have executed in advance is nothing when the order has another before it")
    func overtaken() async throws {
        try await TestCluster.run { cluster in
            let head = try #require(try await cluster.settle(names))
            let (next, proposer) = (head.height + 1, names[(head.height + 1) % names.count])
            let requests = try cluster.requests(71)
            let batch = try cluster.largeBatch(of: Array(requests.dropLast()), by: proposer, after: head)
            for name in names {
                let (node, party) = (try cluster[name].node, try Name<NameKind.Party>(text: proposer))
                _ = try await node.hold(batch, height: next, by: party)
                await node.foresee(batch, height: next, by: party)
            }
            let first = try cluster.largeBatch(of: [requests[70]], by: names[(next + 1) % names.count], after: head)
            try await cluster.write(first, height: next, as: names[(next + 1) % names.count])
            let final = try #require(try await cluster.settle(names, at: next))
            #expect(final.height == next && final.record.transactions == 1)
            #expect(final.record.proposer.text == names[(next + 1) % names.count])
            for member in cluster.members {
                #expect(try member.ledger.audit(scratch: SQLiteLedgerStorage.scratch()).root == final.root)
            }
        }
    }

    @Test("A large batch is offered before it is executed; without what may not be recorded, it is another")
    func offered() async throws {
        try await TestCluster.run { cluster in
            let left = ["site1", "site2", "site3"]
            let change = try await cluster.decide(.remove(Name(text: "site4")), by: left)
            // Admitted while its signer was a member.
            let late = try cluster.consortium.envelope(SetStatus(status: .busy), by: "site4")
            let stale = try admitted([late], cluster)
            try await cluster.advance(to: Int(change.effective) - 1, at: left)
            #expect(stale.count == 1 && cluster.offers.withLock { $0.isEmpty })
            let requests = try admitted(cluster.requests(20), cluster)
            for name in left { try cluster[name].pool.add(requests + stale) }
            let block = try #require(try await cluster.settle(left, at: Int(change.effective)))
            #expect(block.record.transactions == 20)
            try cluster["site1"].pool.add(admitted(cluster.requests(20, from: 20), cluster))
            _ = try await cluster.settle(left, at: block.height + 1)

            let offers = cluster.offers.withLock { $0 }
            let first = offers.filter { $0.height == block.height }
            let later = offers.filter { $0.height > block.height }
            #expect(!first.isEmpty && first.allSatisfy { $0.proposed != nil && $0.proposed != $0.batch })
            #expect(!later.isEmpty && later.allSatisfy { $0.proposed == $0.batch })
            for member in cluster.members {
                #expect(!member.told.events.contains { if case .skipped = $0 { true } else { false } })
            }
        }
    }

    private func admitted(_ envelopes: [Envelope], _ cluster: TestCluster) throws -> [AdmittedTransaction] {
        try cluster["site1"].ledger.admit(envelopes).compactMap { result in
            guard case .admitted(let transaction) = try result.get() else { return nil }
            return transaction
        }
    }

    @Test("Who was answered among many is waited for, for a moment; who comes alone or with few is not")
    func gathering() async throws {
        try await TestCluster.run { cluster in
            for envelope in try cluster.requests(3) { _ = try await cluster.submit(envelope, at: "site1") }
            #expect(cluster.gatherings.withLock { $0 }.isEmpty)
            // Without a quorum all of them come together, on a busy machine too.
            cluster.partition(["site3", "site4"])
            let receipts = try await withThrowingTaskGroup(of: Receipt.self) { group in
                for envelope in try cluster.requests(40, from: 3) {
                    group.addTask { try await cluster.submit(envelope, at: "site1") }
                }
                while try cluster["site1"].pool.count < 40 { try await Task.sleep(for: TestCluster.beat) }
                cluster.partition([])
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(receipts.count == 40 && receipts.allSatisfy(\.isAccepted))
            _ = try await cluster.settle(names)
            // A node says that it waits after it has answered.
            while cluster.gatherings.withLock({ $0.isEmpty }) { try await Task.sleep(for: TestCluster.beat) }
            let waits = cluster.gatherings.withLock { $0 }
            #expect(!waits.isEmpty && waits.allSatisfy { $0 <= .milliseconds(150) })
            // Nobody else comes, and it is written all the same.
            let last = try #require(try cluster.requests(1, from: 43).first)
            #expect(try await cluster.submit(last, at: "site2").isAccepted)
        }
    }
}
