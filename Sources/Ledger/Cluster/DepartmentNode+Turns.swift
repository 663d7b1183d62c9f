import Foundation
import SharingModel

extension DepartmentNode {
    /// Called every so often: writes a batch when it is this department's turn or
    /// the others have let their turns pass, and sends its cosignature again while its height is not final.
    package func tick() throws {
        if let candidate, ContinuousClock.now - sentAt > resendAfter {
            sentAt = .now
            // The others' too: two departments that cannot reach each other may both reach this one. And those for
            // another tree of this size: who was told something else finds out by them.
            let size = candidate.block.size
            for message in votes.messages(through: size) where message.size == size { emit(.send(message)) }
        }
        if open.roundBegan != nil, ContinuousClock.now - saidAt > resendAfter {
            saidAt = .now
            open.resent += 1
            for message in open.agreement.messages(resentAt: open.resent) { emit(.agree(message)) }
        }
        if !strays.isEmpty, strayCalls.isDue() {
            for message in strays.messages(through: head.size) { emit(.send(message)) }
        }
        if awaited != nil { askForAwaited() }
        readAgainIfOthersSaw()
        try decide()
        try proposeIfDue()
    }

    /// Called when something has come into the queue, and when ``NodeOutput/takeArrivals(after:)`` asks for it: writes a
    /// batch if it is time for one.
    package func takeArrivals() throws { try proposeIfDue() }

    func proposeIfDue() throws {
        let height = head.height + 1
        // What is written before ``begin(silentThrough:)`` would be a batch that this department itself may not cosign.
        guard candidate == nil, !hasNoJournal, pool.count > 0, isGatheringOver() else { return }
        // Who is no member never writes.
        guard let standing = try rightOfNext().standing(of: party),
            sinceDue >= courtesy(to: standing.place)
        else { return }
        if proposal == nil {
            proposal = try execution.propose(by: party, keys: keys, on: head, instead: try wakingTransaction()) {
                emit(.offer(batch: $0, height: height))
            }
            if let proposal {
                report(.proposed(height: height, transactions: proposal.block.entries.count))
                heightBegan = .now
                emit(.propose(batch: proposal.bytes, height: height))
            }
        } else if let proposal, ContinuousClock.now - heightBegan > .seconds(2) {
            // It may not have arrived; writing it again where it is changes nothing.
            heightBegan = .now
            emit(.propose(batch: proposal.bytes, height: height))
        }
    }

    /// How long whoever's turn it is could have written a batch: since the height began, and since there was something to
    /// write. Else, after a quiet time, all would write at once.
    var sinceDue: Duration { min(ContinuousClock.now - heightBegan, pool.queue.oldest) }

    /// How long those before it are left to write. They may wait for who was answered; and whose batch is here has
    /// only the reference left to write.
    private func courtesy(to place: Int) -> Duration {
        guard place > 0 else { return .zero }
        return patience * place * (foreseenHeight > head.height ? 2 : 1) + (gathering?.wait ?? .zero)
    }

    /// Who may write the batch after ``head``; worked out once a height.
    func rightOfNext() throws -> AccountingRight {
        if let right { return right }
        let (members, head) = (memberships.policy(at: head.height + 1), head)
        let new = try ledger.storage.read { try AccountingRight(policy: members, after: head, state: $0) }
        right = new
        return new
    }
}
