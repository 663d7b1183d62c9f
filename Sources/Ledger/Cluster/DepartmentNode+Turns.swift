import Foundation
import SharingModel

extension DepartmentNode {
    /// Called when something was submitted, and every so often: writes a batch when it is this department's turn or
    /// the others have let their turns pass, and sends its cosignature again while its height is not final.
    package func tick() throws {
        if let candidate, ContinuousClock.now - sentAt > resendAfter {
            sentAt = .now
            // The others' too: two departments that cannot reach each other may both reach this one.
            for (_, message) in matching(candidate).sorted(by: { $0.key < $1.key }) { emit(.send(message)) }
        }
        if awaited != nil { askForAwaited() }
        askForCosigned()
        try decide()
        try proposeIfDue()
    }

    func proposeIfDue() throws {
        let height = head.height + 1
        // What is written before ``begin(silentThrough:)`` would be a batch that this department itself may not cosign.
        guard candidate == nil, !hasNoJournal, pool.count > 0 else { return }
        // Who is no member never writes.
        guard let standing = try rightOfNext().standing(of: party),
            ContinuousClock.now - heightBegan >= patience * standing.place
        else { return }
        if proposal == nil {
            if let left = gatheringLeft() {
                if gathersFor != height { emit(.tick(after: left)) }
                gathersFor = height
                return
            }
            proposal = try execution.propose(by: party, keys: keys, on: head, instead: try wakingTransaction())
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

    /// How long the next batch waits for more. A block costs every department the same few milliseconds whether it holds
    /// one transaction or fifty; so where the block before held several, those who were just answered get a millisecond
    /// each to come again. One that is alone never waits.
    private func gatheringLeft() -> Duration? {
        let last = head.record.transactions
        guard last > 1, pool.count < DepartmentNode.enoughForABatch else { return nil }
        let left = min(gathering, .milliseconds(last)) - (ContinuousClock.now - heightBegan)
        return left > .zero ? left : nil
    }

    /// So many redemptions fill a batch that stands in the order itself.
    private static let enoughForABatch = 64

    /// Who may write the batch after ``head``; worked out once a height.
    private func rightOfNext() throws -> AccountingRight {
        if let right { return right }
        let (members, head) = (memberships.policy(at: head.height + 1), head)
        let new = try ledger.storage.read { try AccountingRight(policy: members, after: head, state: $0) }
        right = new
        return new
    }
}
