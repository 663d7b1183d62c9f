import CanonicalJSON
import Foundation
package import SharingModel
import SignedEnvelopes
import TransparencyLog

extension Ledger {
    /// Computes the root again from the leaves as they lie in the storage, up to the newest final block, and compares it
    /// with that block's cosigned checkpoint; then up to the head.
    ///
    /// It says that no leaf was changed, lost or added since the departments cosigned. It executes nothing.
    /// - Throws: ``LedgerError/blockDiffers(height:_:)`` with `root` for another root, ``LedgerError/leafMissing(height:index:)``.
    package func recomputedRoot() throws -> RecomputedRoot {
        try storage.read { reader in
            guard let head = try reader.head() else { throw LedgerError.empty }
            let final = try cosignedBlock(.final, reader)
            var frontier = MerkleFrontier()
            for height in 0...head.height {
                let block = try reader.unverifiedBlock(at: height)
                guard frontier.size == block.stored.entries.lowerBound,
                    block.entries.count == block.stored.entries.count
                else { throw LedgerError.leafMissing(height: height, index: frontier.size) }
                for entry in block.entries {
                    frontier.append(leafHash: MerkleHash.leaf(try entry.envelope.canonicalBytes()))
                }
                frontier.append(leafHash: MerkleHash.leaf(block.stored.recordBytes))
                guard frontier.root == block.stored.root else {
                    throw LedgerError.blockDiffers(height: height, .root)
                }
            }
            return RecomputedRoot(
                size: head.size, root: frontier.root, finalSize: final?.block.size, finalRoot: final?.block.root,
                cosigners: final?.cosigners ?? [])
        }
    }
}

/// A root that was computed again from all leaves.
package struct RecomputedRoot: Hashable, Sendable {
    package let size: Int
    package let root: Digest
    /// Size and root of the newest checkpoint that a quorum has cosigned, which the leaves gave too; `nil` where there is
    /// none yet.
    package let finalSize: Int?
    package let finalRoot: Digest?
    package let cosigners: [PartyName]
}
