import Foundation
import SharingModel

extension DepartmentNode {
    /// Called when something was submitted, and every so often: writes a batch when it is this department's turn or
    /// the others have let their turns pass, and sends its cosignature again while its height is not final.
    package func tick() throws {
        if let candidate, ContinuousClock.now - sentAt > .milliseconds(200) {
            sentAt = .now
            if let own = votes[candidate.block.record.height]?[party] { output.yield(.send(own)) }
        }
        if candidate == nil, !later.isEmpty { try decide() }
        try proposeIfDue()
    }

    func proposeIfDue() throws {
        let height = head.height + 1
        guard candidate == nil, pool.count > 0 else { return }
        let turns = Turns(departments: memberships.policy(at: height).parties, patience: patience)
        guard let wait = turns.wait(of: party, at: height), ContinuousClock.now - heightBegan >= wait else { return }
        if proposal == nil {
            proposal = try execution.propose(by: party, keys: keys, on: head)
            if let proposal {
                report(.proposed(height: height, transactions: proposal.block.entries.count))
                heightBegan = .now
                output.yield(.propose(batch: proposal.bytes, height: height))
            }
        } else if let proposal, ContinuousClock.now - heightBegan > .seconds(2) {
            // It may not have arrived; writing it again where it is changes nothing.
            heightBegan = .now
            output.yield(.propose(batch: proposal.bytes, height: height))
        }
    }
}

/// Who may write the batch of a height, and how long the others leave it to them.
///
/// The turn goes round by height, in the order of names. The wait is only courtesy: which batch counts is decided by
/// the order, never by a clock.
struct Turns {
    /// Sorted.
    let departments: [PartyName]
    let patience: Duration

    /// - Returns: `nil` for who is no member, and never writes.
    func wait(of party: PartyName, at height: Int) -> Duration? {
        guard let place = departments.firstIndex(of: party) else { return nil }
        let count = departments.count
        return patience * ((place - height % count + count) % count)
    }
}
