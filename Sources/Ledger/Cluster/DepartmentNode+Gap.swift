import SharingModel

// What the order still has, it gives in its place, so a batch that nobody wrote over or deleted is never lost. But only
// a dishonest department does either to a batch of an open height; who has lost the first valid one that way cannot find
// it in the order again, and may hold a later one for the first. It takes the batch from those who saw it.
extension DepartmentNode {
    /// Told when the order no longer has all that happened up to `lost`; what it still has of that is taken after this.
    ///
    /// The first valid batch of the next height may be missing, so until a batch behind the gap is final this department
    /// takes none that it finds for the first: it waits for what the others say in the ``Agreement``.
    package func passOverGap(through lost: Int64) {
        guard lost > seenThrough else { return }
        seenThrough = lost
        gapEnd = max(gapEnd ?? lost, lost)
        report(.gap(through: lost))
    }

    /// Of what counts after a final batch that stands behind the gap, nothing is missing. After one that stands in it,
    /// something may be.
    func closeGap(before position: Int64) {
        if let gapEnd, position > gapEnd { self.gapEnd = nil }
    }

    /// How many have to have cosigned a block that this department finds behind a gap, or not at all: one of them is
    /// honest, and has seen that its batch is the first valid one.
    func backing(of policy: CheckpointPolicy) -> Int {
        min((policy.parties.count - 1) / 3 + 1, policy.parties.count - 1)
    }

    /// Has the order read again where so many others have cosigned a block that one of them is honest, and this
    /// department has found no batch at all: what came of the order was spoilt on its way, and may be whole now.
    func readAgainIfOthersSaw() {
        let height = head.height + 1
        let policy = memberships.policy(at: height)
        let isBehind =
            candidate == nil && awaited == nil
            && votes.nearestTrees.values.contains { parties in
                parties.count { $0 != party && policy.parties.contains($0) } >= backing(of: policy)
            }
        guard isBehind else {
            rereads.reset()
            return
        }
        guard rereads.isDue(), !needsRewind else { return }
        needsRewind = true
        emit(.rewind)
    }
}
