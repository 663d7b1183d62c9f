import CanonicalJSON
import Contracts
package import Foundation
package import SharingModel

/// A batch as a department that has cosigned its block gives it to one that missed its write.
package struct CosignedBatch: Codable, Hashable, Sendable {
    /// The batch's bytes.
    package let batch: Data
    /// Whose batch it is.
    package let department: PartyName

    package init(batch: Data, department: PartyName) {
        (self.batch, self.department) = (batch, department)
    }

    /// - Throws: What ``CanonicalJSON`` throws for anything but the canonical text.
    package init(canonicalBytes bytes: Data) throws {
        self = try CanonicalJSON.decode(
            CosignedBatch.self, from: bytes, maximumByteCount: CosignedBatch.largestByteCount)
    }

    package func canonicalBytes() throws -> Data { try CanonicalJSON.encode(self) }

    /// Base64 and some names.
    package static let largestByteCount = BatchEvent.largestByteCount * 4 / 3 + 1_024
}

// What the order still has, it gives in its place, so a batch that nobody wrote over or deleted is never lost. But only
// a dishonest department does either to a batch of an open height; who has lost the first valid one that way cannot find
// it in the order again, and may hold a later one for the first. It takes the batch from those who saw it.
extension DepartmentNode {
    /// Told when the order no longer has all that happened up to `lost`; what it still has of that is taken after this.
    ///
    /// The first valid batch of the next height may be missing, so this department follows the others with its
    /// cosignature until a batch behind the gap is final.
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

    /// Whether a candidate behind a gap may be cosigned: when so many others have that one of them is honest, and has
    /// seen that this is the first valid batch; or when nobody has cosigned another for a while, for then all may have
    /// lost the same. Others that too few have cosigned for one of them to be honest put it off, and no more:
    /// a dishonest department must not stop a height by cosigning just anything.
    /// - Parameter others: How many have cosigned the candidate.
    func isSafeBehindGap(_ candidate: Candidate, others: Int) -> Bool {
        let height = candidate.block.record.height
        let needed = backing(of: memberships.policy(at: height))
        guard others < needed else { return true }
        let most = votes.trees(ofHeight: height).filter { $0.key != candidate.block.root }.map(\.value.count).max() ?? 0
        guard most < needed else { return false }
        return ContinuousClock.now - candidate.since > gapPatience * (most == 0 ? 1 : 6)
    }

    /// How many have to have cosigned a block that this department finds behind a gap, or not at all: one of them is
    /// honest, and has seen that its batch is the first valid one.
    func backing(of policy: CheckpointPolicy) -> Int {
        min((policy.parties.count - 1) / 3 + 1, policy.parties.count - 1)
    }

    /// Asks for the batch of the next height that enough others have cosigned, if it is another than the one found here
    /// behind a gap, and this department has cosigned none.
    func askForCosigned() {
        let height = head.height + 1
        guard gapEnd != nil, candidate?.isPlaced ?? true, given.map({ $0.height < height }) ?? true,
            askedForCosigned.map({ ContinuousClock.now - $0 > resendAfter }) ?? true
        else { return }
        let policy = memberships.policy(at: height)
        let backed = votes.trees(ofHeight: height).filter { root, parties in
            root != candidate?.block.root
                && parties.count { $0 != party && policy.parties.contains($0) } >= backing(of: policy)
        }
        for (root, parties) in backed {
            askedForCosigned = .now
            emit(.fetchCosigned(root: root, from: parties.filter { $0 != party }))
        }
    }

    /// Has the order read again where so many others have cosigned a block that one of them is honest, and this
    /// department has found no batch at all: what came of the order was spoilt on its way, and may be whole now.
    func readAgainIfOthersSaw() {
        let height = head.height + 1
        let policy = memberships.policy(at: height)
        let isBehind =
            candidate == nil && awaited == nil
            && votes.trees(ofHeight: height).values.contains { parties in
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

    /// The batch of the block with this root, as far as this department has cosigned it and it is not final.
    package func cosignedBatch(root: Digest) throws -> CosignedBatch? {
        if let candidate, candidate.block.root == root, given?.root == root {
            return CosignedBatch(batch: candidate.batch, department: candidate.event.department)
        }
        guard let vote = try journal.load()?.vote, vote.message.root == root else { return nil }
        return CosignedBatch(batch: vote.batch, department: vote.department)
    }

    /// Takes a batch that was asked for: it is executed, and stands in the place of what was found behind the gap if
    /// enough others have cosigned just what it gives.
    package func take(_ shown: CosignedBatch) throws {
        let height = head.height + 1
        guard gapEnd != nil, given.map({ $0.height < height }) ?? true else { return }
        guard let block = try? execution.execute(shown.batch, by: shown.department, on: head),
            block.root != candidate?.block.root
        else { return }
        // Where it stood is not known; what is to come stands behind it.
        let event = BatchEvent(
            position: decided + 1, department: shown.department, height: height, change: .written(shown.batch))
        let found = Candidate(block: block, event: event, batch: shown.batch, isBehindGap: true, isPlaced: false)
        let others = matching(found).keys.count { $0 != party }
        guard others >= backing(of: memberships.policy(at: height)) else { return }
        candidate = found
        try vote()
        try finish()
    }
}
