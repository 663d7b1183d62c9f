import CanonicalJSON
import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Synchronization
import Testing

/// Batches that are too large to stand in the order. Four departments, quorum three: two have to hold one.
@Suite("Batches that the order refers to", .serialized)
struct LargeBatchTests {
    private let names = ["site1", "site2", "site3", "site4"]
    private static let magic = Data("chancery-batch-reference-v1\n".utf8)

    private func submit(_ envelopes: [Envelope], _ cluster: TestCluster, at name: String) async throws -> [Receipt] {
        try await withThrowingTaskGroup(of: Receipt.self) { group in
            for envelope in envelopes { group.addTask { try await cluster.submit(envelope, at: name) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func references(_ cluster: TestCluster) -> [BatchEvent] {
        cluster.events.filter { event in
            guard case .written(let bytes) = event.change else { return false }
            return bytes.starts(with: Self.magic)
        }
    }

    @Test("Many transactions at once go by reference, all become final alike, and what was held is forgotten")
    func byReference() async throws {
        try await TestCluster.run { cluster in
            let envelopes = try cluster.requests(90)
            let receipts = try await submit(envelopes, cluster, at: "site2")
            #expect(receipts.count == 90 && receipts.allSatisfy(\.isAccepted))
            let head = try #require(try await cluster.settle(names))
            let references = references(cluster)
            #expect(!references.isEmpty)
            for member in cluster.members {
                let audit = try member.ledger.audit(scratch: SQLiteLedgerStorage.scratch())
                #expect(audit.isSound && audit.root == head.root)
                let batches = member.batches
                #expect(batches.all().allSatisfy { $0.height > head.height })
            }
        }
    }

    @Test("A reference without enough statements, or with forged ones, is skipped by all, and the culprit is named")
    func unheld() async throws {
        try await TestCluster.run { cluster in
            let head = try #require(try await cluster.settle(names))
            let (batch, next) = (Digest.sha256(Data("withheld".utf8)), head.height + 1)
            let own = try statement(cluster, batch, by: "site4", height: next)
            try await cluster.write(reference([own]), height: next, as: "site4")
            // In the name of another, and for another height.
            let forged = try statement(cluster, batch, by: "site1", height: next, signedBy: "site4")
            try await cluster.write(reference([forged, own]), height: next, as: "site4")
            let old = try statement(cluster, batch, by: "site1", height: next - 1)
            try await cluster.write(reference([old, own]), height: next, as: "site4")
            // One that repeats itself, and one that is cut.
            try await cluster.write(reference([own, own]), height: next, as: "site4")
            try await cluster.write(reference([own]).dropLast(3), height: next, as: "site4")

            let receipt = try await cluster.submit(try #require(try cluster.requests(1).first), at: "site1")
            #expect(receipt.isAccepted)
            _ = try await cluster.settle(names)
            for member in cluster.members {
                let skipped = member.told.events.compactMap { event -> (PartyName, BatchFault)? in
                    guard case .skipped(next, let party, let fault) = event else { return nil }
                    return (party, fault)
                }
                #expect(skipped.count == 5 && skipped.allSatisfy { $0.0.text == "site4" })
                #expect(skipped.first?.1 == .tooFewHolders(stated: 1, needed: 2))
            }
        }
    }

    @Test("What a proposer holds back is had from the other holder, and no later batch overtakes it meanwhile")
    func withheld() async throws {
        try await TestCluster.run { cluster in
            // The batch that site4 would propose: made by a cluster of the same keys that nobody else sees.
            let head = try #require(try await cluster.settle(names))
            let next = head.height + 1
            let batch = try cluster.largeBatch(of: cluster.requests(70), by: "site4", after: head)
            let digest = Digest.sha256(batch)
            var statements: [PartyName: Data] = [:]
            let holder = try cluster["site1"].node
            let held = try await holder.hold(batch, height: next, by: try name("site4"))
            statements[try name("site1")] = try #require(held)
            statements[try name("site4")] = try statement(cluster, digest, by: "site4", height: next)

            // The holder cannot be reached: the others wait, and say for what.
            cluster.partition(["site1", "site4"])
            try await cluster.write(holder.reference(statements), height: next, as: "site4")
            let site2 = try cluster["site2"]
            let small = try #require(try cluster.requests(1).first)
            async let later = cluster.submit(small, at: "site2")
            let awaits = NodeEvent.awaitsBatch(height: next, holders: [try name("site1"), try name("site4")])
            while !site2.told.events.contains(awaits) { try await Task.sleep(for: TestCluster.beat) }
            let height = try site2.ledger.head()?.height
            #expect(height == head.height)

            cluster.partition(["site4"])
            _ = try await later
            _ = try await cluster.settle(["site1", "site2", "site3"])
            let block = try #require(try site2.ledger.read { try $0.block(at: next) })
            #expect(block.record.proposer.text == "site4", "the first valid write, though its proposer was gone")
            #expect(try site2.ledger.read { try $0.entries(in: block.entries).count } == 70)
        }
    }

    @Test("Of one department's batches for a height a few are held, and a batch of somebody else's making is not")
    func bounded() async throws {
        try await TestCluster.run { cluster in
            let head = try #require(try await cluster.settle(names))
            let (node, site4) = (try cluster["site1"].node, try name("site4"))
            let batches = try (0..<6).map {
                try cluster.largeBatch(of: cluster.requests(70 + $0), by: "site4", after: head)
            }
            var held = 0
            for batch in batches where try await node.hold(batch, height: head.height + 1, by: site4) != nil {
                held += 1
            }
            #expect(held == 4)
            // Again the same is the same promise.
            #expect(try await node.hold(batches[0], height: head.height + 1, by: site4) != nil)
            #expect(try await node.hold(batches[0], height: head.height + 2, by: site4) == nil)
            #expect(try await node.hold(batches[0], height: head.height + 1, by: try name("site3")) == nil)
            #expect(try await node.hold(Data("nonsense".utf8), height: head.height + 1, by: site4) == nil)
            #expect(try await node.heldBatch(Digest.sha256(batches[0])) == batches[0])
        }
    }

    // MARK: What a hostile department can make with its own key

    private func name(_ text: String) throws -> PartyName { try Name(text: text) }

    private func statement(
        _ cluster: TestCluster, _ batch: Digest, by party: String, height: Int, signedBy signer: String? = nil
    ) throws -> Data {
        let payload: JSONValue = [
            "batch": .string(batch.hex), "by": .string(party), "height": .integer(Int64(height)),
            "ledger": try CanonicalJSON.tree(of: cluster["site1"].ledger.identity),
        ]
        return try Envelope.sign(
            payload: CanonicalJSON.serialize(payload), payloadType: "application/vnd.chancery.batch-held.v1+json",
            with: [cluster.consortium.key(signer ?? party)]
        ).canonicalBytes()
    }

    private func reference(_ statements: [Data]) -> Data {
        statements.reduce(into: Self.magic) { $0.append(TestCluster.frame($1)) }
    }
}

/// Held batches for as long as the test runs.
final class MemoryBatchStore: BatchStore {
    private let held = Mutex<[HeldPlace: Data]>([:])

    func store(_ batch: Data, at place: HeldPlace) { held.withLock { $0[place] = batch } }
    func load(_ place: HeldPlace) -> Data? { held.withLock { $0[place] } }
    func all() -> [HeldPlace] { held.withLock { Array($0.keys) } }
    func remove(_ place: HeldPlace) { held.withLock { $0[place] = nil } }
}
