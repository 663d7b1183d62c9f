import Contracts
import Foundation
import SharingModel

extension DepartmentNode {
    /// Whether this department's cosignature is safe, and helps:
    /// - In a rebuilt home, when so many others have cosigned that no other batch of this height can have a quorum,
    ///   even with the cosignature that this department may have given and lost, and ⌊(n−1)/3⌋ departments that
    ///   cosign everything.
    /// - Behind a gap, once it is chosen, see ``GapChoice``.
    private func mayCosign(_ candidate: Candidate) -> Bool {
        let height = candidate.block.record.height
        guard height > silentThroughHeight else { return false }
        let policy = memberships.policy(at: height)
        let (count, faulty) = (policy.parties.count, (policy.parties.count - 1) / 3)
        let others = matching(candidate).count
        if candidate.event.position <= silentThrough {
            return others >= min(count + faulty - policy.needed + 1, count - 1)
        }
        return !candidate.isBehindGap || gapChoice.chosen == candidate.block.root
    }

    /// Gives the candidate this department's cosignature, if it has given none of that height or a later one.
    func vote() throws {
        chooseBehindGap()
        guard let candidate else { return }
        let (block, height) = (candidate.block, candidate.block.record.height)
        if let given, given.height >= height { return }
        guard isConfirmed, !hasNoJournal, isFirst(candidate) else { return }
        guard mayCosign(candidate) else {
            if toldSilent != height { report(.silent(height: height)) }
            toldSilent = height
            return
        }
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

    func store(_ message: CosignatureMessage, for candidate: Candidate) throws {
        let event = candidate.event
        let vote = Vote(
            batch: candidate.batch, department: event.department, message: message,
            position: knownPlace(of: candidate) ?? decided + 1)
        try journal.store(JournalState(silentThrough: silentThrough, vote: vote, order: order))
        given = message
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
