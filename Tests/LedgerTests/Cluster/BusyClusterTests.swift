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

    @Test("Who was answered among many is waited for, for a moment; who comes alone or with few is not")
    func gathering() async throws {
        try await TestCluster.run { cluster in
            for envelope in try cluster.requests(3) { _ = try await cluster.submit(envelope, at: "site1") }
            #expect(cluster.gatherings.withLock { $0 }.isEmpty)
            let receipts = try await withThrowingTaskGroup(of: Receipt.self) { group in
                for envelope in try cluster.requests(40, from: 3) {
                    group.addTask { try await cluster.submit(envelope, at: "site1") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(receipts.count == 40 && receipts.allSatisfy(\.isAccepted))
            _ = try await cluster.settle(names)
            let waits = cluster.gatherings.withLock { $0 }
            #expect(!waits.isEmpty && waits.allSatisfy { $0 <= .milliseconds(150) })
            // Nobody else comes, and it is written all the same.
            let last = try #require(try cluster.requests(1, from: 43).first)
            #expect(try await cluster.submit(last, at: "site2").isAccepted)
        }
    }
}
