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
    package init(canonicalBytes bytes: Data) throws { self = try CanonicalJSON.decode(CosignedBatch.self, from: bytes) }

    package func canonicalBytes() throws -> Data { try CanonicalJSON.encode(self) }

    /// Base64 and some names.
    package static let largestByteCount = BatchEvent.largestByteCount * 4 / 3 + 1_024
}

// Who has lost the first valid batch of a height with what the order no longer keeps cannot find it there again, and may
// hold a later one for the first. It takes the batch from those who saw it.
extension DepartmentNode {
    /// How many have to have cosigned a block that this department finds behind a gap, or not at all: one of them is
    /// honest, and has seen that its batch is the first valid one.
    func backing(of policy: CheckpointPolicy) -> Int {
        min((policy.parties.count - 1) / 3 + 1, policy.parties.count - 1)
    }

    /// Asks for the batch of the next height that enough others have cosigned, if it is another than the one found here
    /// behind a gap, and this department has cosigned none.
    func askForCosigned() {
        let height = head.height + 1
        guard hasGap, candidate?.isPlaced ?? true, given.map({ $0.height < height }) ?? true,
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
            rereads = CallsToRepeat()
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
        guard hasGap, given.map({ $0.height < height }) ?? true else { return }
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
