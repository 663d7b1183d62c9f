import Contracts
package import Foundation
package import SharingModel
import SignedEnvelopes

// Batches that are too large for the order: held by departments, and named in the order by a BatchReference.
extension DepartmentNode {
    /// Batches above this go by reference: etcd takes longer for them than the departments do, and 0.1 s for 1 MB.
    package static let largestInlineBatch = Batch.largestInline

    /// Of how many different batches of one department a height's are held. An honest one proposes one, and another
    /// after a restart.
    private static let mostHeld = 4

    /// Holds a proposed batch until its height is final.
    ///
    /// - Returns: This department's signed statement that it holds the batch, durably; `nil` if it does not: the
    ///   proposer has not signed it for a coming height, or has given too many.
    package func hold(_ batch: Data, height: Int, by proposer: PartyName) throws -> Data? {
        guard height > head.height, height <= head.height + 8 else { return nil }
        let proposerKey = try execution.signingKey(of: proposer, after: head)
        let ownKey = try execution.signingKey(of: party, after: head)
        guard let proposerKey, let key = keys.first(where: { $0.verificationKey.rawRepresentation == ownKey }),
            let read = try? Batch(batch, by: proposer, signingKey: proposerKey), read.header.height == height,
            read.header.ledger == ledger.identity, height > head.height + 1 || read.header.parent == head.root
        else { return nil }
        let place = HeldPlace(batch: .sha256(batch), height: height, proposer: proposer)
        if !held.contains(place) {
            guard held.count(where: { $0.height == height && $0.proposer == proposer }) < DepartmentNode.mostHeld
            else { return nil }
            try batches.store(batch, at: place)
            held.insert(place)
        }
        // Durable before it is said. A crash in between leaves a batch that nobody was promised.
        let statement = HeldBatch(batch: place.batch, by: party, height: height, ledger: ledger.identity)
        return try Envelope.sign(statement, payloadType: HeldBatch.payloadType, with: [key]).canonicalBytes()
    }

    /// A batch that is held here.
    package func heldBatch(_ digest: Digest) throws -> Data? {
        try held.first { $0.batch == digest }.flatMap { try batches.load($0) }
    }

    /// How many departments have to hold the batch of the next height, this one included.
    package var holdersNeeded: Int {
        let policy = memberships.policy(at: head.height + 1)
        return policy.parties.count - policy.needed + 1
    }

    /// How many an honest proposer finds before it refers to a batch: one more, as far as there are so many.
    package var holdersWanted: Int {
        min(holdersNeeded + 1, memberships.policy(at: head.height + 1).parties.count)
    }

    /// Whether another department's statement that it holds `batch` counts.
    package func accepts(_ statement: Data, by holder: PartyName, of batch: Data, height: Int) -> Bool {
        guard let single = try? BatchReference(BatchReference.encode([holder: statement])),
            single.batch == .sha256(batch), single.holders == [holder],
            let key = try? execution.signingKey(of: holder, after: head)
        else { return false }
        return (try? single.check(height: height, ledger: ledger.identity, needed: 1) { _ in key }) != nil
    }

    /// What goes into the order for a batch that these departments hold.
    package nonisolated func reference(_ statements: [PartyName: Data]) -> Data { BatchReference.encode(statements) }

    /// Takes a batch that was awaited, from whomever; any other is passed over.
    package func take(batch: Data) throws {
        guard let reference = awaited?.reference, Digest.sha256(batch) == reference.batch else { return }
        fetched = (reference.batch, batch)
        awaited = nil
        try decide()
    }

    /// The bytes of the batch that an event of the next height writes or refers to.
    ///
    /// - Returns: `nil` while they are not here: the event stands, and what is behind it waits.
    /// - Throws: ``BatchFault`` for a reference that does not count.
    func batchBytes(_ written: Data, of event: BatchEvent) throws -> Data? {
        guard BatchReference.isReference(written) else { return written }
        let reference = try BatchReference(written)
        let members = Set(memberships.policy(at: event.height).parties)
        try reference.check(height: event.height, ledger: ledger.identity, needed: holdersNeeded) { holder in
            members.contains(holder) ? try execution.signingKey(of: holder, after: head) : nil
        }
        if let proposal, Digest.sha256(proposal.bytes) == reference.batch { return proposal.bytes }
        if let fetched, fetched.batch == reference.batch { return fetched.bytes }
        if let held = try heldBatch(reference.batch) { return held }
        if awaited?.reference.batch != reference.batch {
            awaited = Awaited(reference: reference, height: event.height)
            report(.awaitsBatch(height: event.height, holders: reference.holders))
            askForAwaited()
        }
        return nil
    }

    /// Asks for the batch that is awaited, again and again until it comes or the height is final without.
    func askForAwaited() {
        guard var awaited, awaited.asked.map({ ContinuousClock.now - $0 > .milliseconds(500) }) ?? true else { return }
        awaited.asked = .now
        self.awaited = awaited
        emit(.fetchBatch(awaited.reference.batch, holders: awaited.reference.holders))
    }

    /// Forgets what is held for heights that are final: their blocks are given instead.
    func forgetHeld() throws {
        if let awaited, awaited.height <= head.height { self.awaited = nil }
        fetched = nil
        for place in held where place.height <= head.height {
            try batches.remove(place)
            held.remove(place)
        }
    }

    struct Awaited {
        let reference: BatchReference
        let height: Int
        var asked: ContinuousClock.Instant?
    }
}
