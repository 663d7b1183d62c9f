import Contracts
import Foundation
package import SharingModel
import Synchronization
import TransparencyLog

/// Who cosigns which heights of one ledger: the departments of the founding record first, and from the height on at
/// which a change of the registry takes effect, those that it leaves.
package struct MembershipHistory: Hashable, Sendable {
    /// By height; the first begins at 0.
    package private(set) var periods: [Period]

    package struct Period: Hashable, Sendable {
        /// Height of the first block that these members make, execute and cosign.
        package let from: Int
        package let policy: CheckpointPolicy
    }

    /// - Parameter founding: The members that the pinned founding record names.
    package init(founding: CheckpointPolicy) {
        periods = [Period(from: 0, policy: founding)]
    }

    /// - Parameter changes: In the order in which they take effect.
    init(founding: CheckpointPolicy, changes: [DecidedChange]) throws {
        self.init(founding: founding)
        for change in changes { try append(change) }
    }

    /// - Precondition: `change` takes effect after all that are here.
    mutating func append(_ change: DecidedChange) throws {
        guard let members = change.members, let from = Int(exactly: change.effective) else { return }
        let policy = try CheckpointPolicy(members: members, ledger: newest.ledger, accounting: newest.accounting)
        periods.append(Period(from: from, policy: policy))
    }

    /// The members of the block at `height`.
    package func policy(at height: Int) -> CheckpointPolicy {
        (periods.last { $0.from <= height } ?? periods[0]).policy
    }

    /// The members that are decided last, in force or not.
    package var newest: CheckpointPolicy { periods[periods.count - 1].policy }

    /// This history, and before each of its changes; this one first.
    var versions: [MembershipHistory] {
        periods.indices.reversed().map { last in
            var earlier = self
            earlier.periods.removeSubrange((last + 1)...)
            return earlier
        }
    }

    /// Everybody who cosigns the block at `height` or, as far as is decided, a later one.
    package func parties(from height: Int) -> Set<PartyName> {
        Set(policy(at: height).parties).union(periods.filter { $0.from > height }.flatMap(\.policy.parties))
    }
}

/// Reads a ledger's ``MembershipHistory`` from its state.
///
/// The changes are few and are read anew each time; that they are the same as before is seen by their bytes, and then
/// nothing is decoded.
final class MembershipReader: Sendable {
    let founding: CheckpointPolicy
    private let state: Mutex<Known>

    private struct Known {
        var entries: [StateEntry] = []
        var history: MembershipHistory
        /// The highest block that was made or seen.
        var height = -1
    }

    init(founding: CheckpointPolicy) {
        self.founding = founding
        state = Mutex(Known(history: MembershipHistory(founding: founding)))
    }

    /// - Parameter reader: The state after some block. The members of every height up to two after it are final then.
    func history(_ reader: any StateReader) throws -> MembershipHistory {
        let entries = try reader.entries(prefix: DecidedChange.prefix)
        if let known = state.withLock({ $0.entries == entries ? $0.history : nil }) { return known }
        let history = try MembershipHistory(founding: founding, changes: try LedgerState(reader).decidedChanges())
        state.withLock { known in
            // Changes are only ever added; another thread may have read a later state.
            if entries.count >= known.entries.count { (known.entries, known.history) = (entries, history) }
        }
        return history
    }

    func noteHead(_ height: Int) {
        state.withLock { $0.height = max($0.height, height) }
    }

    /// The members of the block after the newest that this process has seen.
    var current: CheckpointPolicy { state.withLock { $0.history.policy(at: $0.height + 1) } }
}

extension Ledger {
    /// Who cosigns which heights, as far as is decided.
    package func memberships() throws -> MembershipHistory {
        try storage.read { try membership.history($0) }
    }

    /// The members of the block after the newest that this process has seen. For another height ask ``memberships()``.
    package var policy: CheckpointPolicy { membership.current }

    /// The checkpoint after a block.
    func checkpoint(_ block: StoredBlock) throws -> Checkpoint { try membership.founding.checkpoint(block) }
}
