import Contracts
import Foundation
import SharingModel
import SignedEnvelopes

extension DepartmentNode {
    /// Whether no other block than the candidate can become final, with this department's cosignature if not without.
    /// - In a rebuilt home, when so many others have cosigned that no other batch of this height can have a quorum,
    ///   even with the cosignature that this department may have given and lost, and ⌊(n−1)/3⌋ departments that
    ///   cosign everything.
    /// - At a height that was settled by hand, if it is the settled one.
    /// - Else when it is the ``outcome``, or this department's word alone decides.
    private func mayCosign(_ candidate: Candidate) -> Bool {
        let height = candidate.block.record.height
        guard height > silentThroughHeight else { return false }
        let policy = memberships.policy(at: height)
        if let settled = settlements[height] { return settled.batch == candidate.batch }
        if candidate.event.position <= silentThrough {
            let (count, faulty) = (policy.parties.count, (policy.parties.count - 1) / 3)
            return matching(candidate).count >= min(count + faulty - policy.needed + 1, count - 1)
        }
        return outcome == candidate.block.root || decidesAlone(candidate)
    }

    /// Gives the candidate this department's cosignature, if it has given none of that height or a later one.
    func vote() throws {
        try agree()
        guard let candidate else { return }
        let (block, height) = (candidate.block, candidate.block.record.height)
        if let given, given.height >= height { return }
        guard isConfirmed, !hasNoJournal else { return }
        guard mayCosign(candidate) else { return tellSilence(at: candidate) }
        let policy = memberships.policy(at: height)
        let signed = try cosigner.cosign(
            try policy.checkpoint(block.stored), at: ledger.settings.clock(), under: policy)
        // Who is no member at this height executes and is silent.
        guard let signed else { return }
        let message = CosignatureMessage(cosignature: signed, height: height, root: block.root, size: block.size)
        // Stored before it is sent.
        try store(message, for: candidate)
        _ = votes.add(message)
        emit(.send(message))
        noteArrival(of: message)
        sentAt = .now
        report(.cosigned(height: height))
    }

    /// Tells once a height that this department waits for others before it says anything.
    private func tellSilence(at candidate: Candidate) {
        let height = candidate.block.record.height
        let isSilent =
            candidate.isBehindGap || candidate.event.position <= silentThrough || height <= silentThroughHeight
        guard isSilent, toldSilent != height else { return }
        toldSilent = height
        report(.silent(height: height))
    }

    func store(_ message: CosignatureMessage, for candidate: Candidate) throws {
        let event = candidate.event
        let vote = Vote(
            batch: candidate.batch, department: event.department, message: message,
            position: knownPlace(of: candidate) ?? decided + 1)
        try store(vote, open.agreement.messages(of: party).map(\.envelope))
        given = message
    }

    /// Makes the newest vote durable, and what was said in the agreement on the open height.
    func store(_ vote: Vote?, _ statements: [Envelope]) throws {
        try journal.store(
            JournalState(
                silentThrough: silentThrough, vote: vote, order: order,
                statements: statements.isEmpty ? nil : statements))
        newestVote = vote
    }

    struct Candidate {
        let block: VerifiedBlock
        /// The event that brought its batch, or a reference to it.
        let event: BatchEvent
        /// The batch itself.
        let batch: Data
        /// An earlier valid one may be lost: one that somebody wrote over or deleted.
        let isBehindGap: Bool
        /// Whether ``event`` says where the batch stands in the order; one that another department gave has a place
        /// before all that is to come.
        var isPlaced = true
        let since = ContinuousClock.now
    }
}
