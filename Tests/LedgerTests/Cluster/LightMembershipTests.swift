import CanonicalJSON
import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import Testing
import TransparencyLog

/// A light client across changes of members, and what nodes could show it to make it believe in others.
@Suite("A light client when members change", .serialized)
struct LightMembershipTests {
    private static let founders = ["site1", "site2", "site3", "site4"]

    @Test("It follows departments that join and take other keys, and refuses every step that is not proven")
    func follows() async throws {
        try await TestCluster.run(joining: ["site5"]) { cluster in
            let (consortium, founders) = (cluster.consortium, LightMembershipTests.founders)
            let client = LightClient(founding: consortium.founding, section: consortium.section)
            let source = ShownNode(ledger: try cluster["site1"].ledger)
            let early = try await cluster.submit(cluster.request("early"), at: "site1").transaction
            _ = try await cluster.settle(founders)
            let before = try client.follow(from: nil, source)
            #expect(before.membership.changes.isEmpty)
            let fork = try await cluster.backup(of: "site4").storage

            let joined = try await cluster.decide(
                .admit(consortium.statement("site5")), by: ["site1", "site2", "site3"])
            // Decided, and not in force: nothing has changed for who reads.
            let between = try client.follow(from: before, source)
            #expect(between.membership.changes.isEmpty && between.newest.size > before.newest.size)
            try await cluster.advance(to: Int(joined.effective), at: founders)
            let five = try client.follow(from: before, source)
            #expect(five.membership.changes == [joined] && five.membership.history.newest.parties.count == 5)
            let everybody = founders + ["site5"]
            let rotated = try await cluster.decide(
                .rotate(consortium.statement("site2", second: true)), by: ["site2", "site1", "site3", "site5"])
            try await cluster.advance(to: Int(rotated.effective) + 1, at: everybody)

            // From every state that a client can be in, and from none, it comes to the same.
            var ends: [FollowedLedger] = []
            for seen in [nil, before, between, five] { ends.append(try client.follow(from: seen, source)) }
            #expect(ends.allSatisfy { $0.membership.changes == [joined, rotated] })
            #expect(Set(ends.map(\.newest)).count == 1)
            let last = try #require(ends.last)
            let kept = try client.read(last.bytes())
            #expect(kept.newest == last.newest && kept.membership.changes == last.membership.changes)
            // What happened under members of then is proven, too.
            #expect(try client.prove(early, kept, source).0.isAccepted)
            #expect(try client.prove(joined.transaction, before, source).1.newest == last.newest)
            try expectRefusals(client, source, before: before, five: five, last: last)
            try await expectFormerMembers(
                client, source, fork, cluster, cosigning: LightMembershipTests.founders, before: before, last: last)
        }
    }

    @Test("It goes on when a department is removed, whose cosignature makes no quorum any more")
    func removal() async throws {
        try await TestCluster.run { cluster in
            let (consortium, left) = (cluster.consortium, ["site1", "site2", "site3"])
            let client = LightClient(founding: consortium.founding, section: consortium.section)
            let source = ShownNode(ledger: try cluster["site2"].ledger)
            let early = try await cluster.submit(cluster.request("early"), at: "site4").transaction
            _ = try await cluster.settle(LightMembershipTests.founders)
            let before = try client.follow(from: nil, source)
            let fork = try await cluster.backup(of: "site4").storage
            let removed = try await cluster.decide(.remove(name("site4")), by: left)
            try await cluster.advance(to: Int(removed.effective) + 1, at: left)
            let late = try await cluster.submit(cluster.request("late"), at: "site1").transaction
            _ = try await cluster.settle(left)

            let last = try client.follow(from: before, source)
            let fresh = try client.follow(from: nil, source)
            #expect(fresh.newest == last.newest && fresh.membership.changes == [removed])
            #expect(last.membership.history.newest.parties.map(\.text) == left)
            #expect(last.membership.history.newest.needed == 3)
            for transaction in [early, late] { #expect(try client.prove(transaction, last, source).0.isAccepted) }

            // Three of the four that it was founded with; and three of the three that are left, for comparison.
            let head = try #require(try source.ledger.head())
            let whole = try source.document(known: -1)
            let founders = try CheckpointPolicy(founding: consortium.founding, section: consortium.section)
            func shown(by names: [String]) throws -> ShownNode {
                let cosignatures = try names.map {
                    try cluster.cosignature(of: head.root, size: head.size, height: head.height, by: $0).cosignature
                }
                let note = try founders.note(founders.checkpoint(head), cosignatures)
                var node = source
                node.answer = LightDocument(
                    checkpoint: note, inclusion: whole.inclusion,
                    membership: whole.membership.map { LightDocument.Chain(checkpoint: note, steps: $0.steps) },
                    record: whole.record)
                return node
            }
            for seen in [nil, before, last] {
                #expect(throws: LedgerError.self) {
                    try client.follow(from: seen, shown(by: ["site1", "site2", "site4"]))
                }
                #expect(try client.follow(from: seen, shown(by: left)).newest.size == head.size)
            }
            try await expectFormerMembers(
                client, source, fork, cluster, cosigning: ["site2", "site3", "site4"], before: before, last: last)
        }
    }

    private func expectRefusals(
        _ client: LightClient, _ source: ShownNode, before: FollowedLedger, five: FollowedLedger, last: FollowedLedger
    ) throws {
        let whole = try source.document(known: -1)
        let chain = try #require(whole.membership)
        let (first, second) = (chain.steps[0], chain.steps[1])
        func shown(
            _ steps: [MembershipStep]?, leadingTo note: String? = nil, _ document: LightDocument? = nil
        ) -> ShownNode {
            let document = document ?? whole
            var shown = source
            shown.answer = LightDocument(
                checkpoint: document.checkpoint, inclusion: document.inclusion,
                membership: steps.map { LightDocument.Chain(checkpoint: note ?? document.checkpoint, steps: $0) },
                record: document.record)
            return shown
        }
        let forged = MembershipStep(
            consistency: first.consistency, proof: first.proof,
            writes: first.writes.map { StateWrite(key: $0.key, value: $0.value.map { $0 + Data(" ".utf8) }) })
        // The old members' block, with the newest checkpoint: what would hide a change from a new client.
        let old = try source.ledger.lightDocument(known: -1, at: .height(before.newest.height))
        let disguised = LightDocument(
            checkpoint: whole.checkpoint, inclusion: whole.inclusion, membership: nil, record: old.record)
        for seen in [nil, before, five, last] {
            #expect(throws: LedgerError.self) { try client.follow(from: seen, shown([forged, second])) }
            #expect(throws: LedgerError.self) { try client.follow(from: seen, shown([second])) }
            #expect(throws: LedgerError.self) { try client.follow(from: seen, shown([first])) }
            #expect(throws: LedgerError.self) { try client.follow(from: seen, shown([second, first])) }
            #expect(throws: LedgerError.self) { try client.follow(from: seen, shown([])) }
            #expect(throws: LedgerError.self) { try client.follow(from: seen, shown(nil, disguised)) }
            // Steps to another checkpoint than the one that is shown.
            #expect(throws: LedgerError.self) {
                try client.follow(from: seen, shown(chain.steps, leadingTo: five.newest.note))
            }
        }
        // No steps at all, to one who lacks some.
        for seen in [nil, before, five] {
            #expect(throws: LedgerError.self) { try client.follow(from: seen, shown(nil)) }
        }
        // An earlier moment, with the members of then: refused by its size.
        for (height, seen) in [(before.newest.height, five), (five.newest.height, last)] {
            var behind = source
            behind.height = height
            let error = #expect(throws: LightClientError.self) { try client.follow(from: seen, behind) }
            guard case .rollback(seen.newest, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        // What is kept is checked again, each time.
        for changed in [forged, first] {
            let kept = shown([first, changed]).answer
            #expect(throws: LedgerError.self) { try client.read(CanonicalJSON.encode(kept)) }
        }
    }

    /// Those who were members once go on from there with the keys that they had.
    private func expectFormerMembers(
        _ client: LightClient, _ source: ShownNode, _ storage: SQLiteLedgerStorage, _ cluster: TestCluster,
        cosigning names: [String], before: FollowedLedger, last: FollowedLedger
    ) async throws {
        let consortium = cluster.consortium
        let other = try consortium.open(storage, as: "site1")
        while try other.head()?.size ?? 0 <= last.newest.size {
            try await consortium.accept(other, consortium.request(purpose: "another"), by: "statistics")
        }
        for name in names {
            _ = try consortium.open(storage, as: name).cosign(replica: SQLiteLedgerStorage.scratch(), lastSeen: nil)
        }
        let theirs = ShownNode(ledger: other)
        // Who has seen nothing since cannot know; from then on, the true ledger is another history to it.
        let misled = try client.follow(from: before, theirs)
        #expect(misled.membership.changes.isEmpty)
        #expect(throws: LightClientError.self) { try client.follow(from: misled, source) }
        // Who has seen the change, does.
        let error = #expect(throws: LightClientError.self) { try client.follow(from: last, theirs) }
        guard case .otherMembers(last.newest, let shown) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(shown.size > last.newest.size && error?.evidence?.shown == shown.note)
        var silent = theirs
        silent.hidesChanges = true
        #expect(throws: LedgerError.self) { try client.follow(from: last, silent) }
    }
}

/// A node that shows its ledger, or something else.
private struct ShownNode: LogSource {
    let ledger: Ledger
    /// An earlier moment than now.
    var height: Int?
    var answer: LightDocument?
    /// Says nothing about changes, as if the reader knew them all.
    var hidesChanges = false

    func document(known: Int) throws -> LightDocument {
        let shown = try ledger.lightDocument(known: known, at: height.map(CheckpointChoice.height) ?? .final)
        guard hidesChanges else { return answer ?? shown }
        return LightDocument(
            checkpoint: shown.checkpoint, inclusion: shown.inclusion, membership: nil, record: shown.record)
    }

    func newest(known: Int) throws -> Data { try CanonicalJSON.encode(document(known: known)) }

    func tile(_ path: TilePath) throws -> Data {
        let head = try ledger.head()
        return try #require(try ledger.tile(path, size: head?.size ?? 0))
    }

    func transaction(_ id: Digest) throws -> Data {
        try CanonicalJSON.encode(try ledger.proof(of: id, at: height.map(CheckpointChoice.height) ?? .final))
    }
}
