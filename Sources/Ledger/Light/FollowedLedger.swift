import CanonicalJSON
import Contracts
package import Foundation
package import SharingModel
import TransparencyLog

/// What a light client knows of a ledger: the newest checkpoint that it has seen, and who cosigns. Only ``LightClient``
/// makes one.
package struct FollowedLedger: Sendable {
    package let newest: LightCheckpoint
    /// From the founding record to those who cosigned ``newest``.
    package let membership: ProvenMembership
    /// Proves all of this to whoever pins the founding record.
    let document: LightDocument

    /// Checks what a source shows, or what was kept.
    /// - Parameters:
    ///   - seen: What is known already, for a document that says nothing of changes.
    ///   - isShown: Whether the steps have to lead to the document's own checkpoint. A kept document's lead to an earlier
    ///     one, which was found to be continued.
    init(
        _ document: LightDocument, founding: FoundingRecord, section: SectionName, after seen: FollowedLedger?,
        isShown: Bool
    ) throws {
        guard !isShown || document.membership.map(\.checkpoint) ?? document.checkpoint == document.checkpoint else {
            throw LedgerError.proof(.stepsDiffer)
        }
        if let chain = document.membership {
            membership = try ProvenMembership(
                founding: founding, section: section, steps: chain.steps, to: chain.checkpoint)
        } else {
            membership = try seen?.membership ?? ProvenMembership(founding: founding, section: section)
        }
        newest = LightCheckpoint(
            note: document.checkpoint, final: try membership.history.newest.verify(document.checkpoint),
            height: document.record.height)
        try FollowedLedger.check(document, newest.final.checkpoint, membership)
        self.document = document.with(document.membership ?? seen?.document.membership)
    }

    /// That the tree ends with a record that names just these members, so no change was left out.
    private static func check(
        _ document: LightDocument, _ checkpoint: Checkpoint, _ membership: ProvenMembership
    ) throws {
        let (record, hashes) = (document.record, document.inclusion.compactMap { Digest(bytes: $0) })
        let proof = InclusionProof(index: checkpoint.size - 1, treeSize: checkpoint.size, hashes: hashes)
        guard checkpoint.size > 0, hashes.count == document.inclusion.count, record.version == BlockRecord.version,
            (try? proof.verify(leafHash: MerkleHash.leaf(CanonicalJSON.encode(record)), root: checkpoint.root)) != nil
        else { throw LedgerError.proof(.recordNotIncluded) }
        guard record.members == membership.history.newest.members,
            membership.changes.last?.effective ?? 0 <= Int64(record.height)
        else { throw LedgerError.proof(.membersDiffer) }
    }

    /// What is to be kept: ``LightClient/read(_:)`` takes it.
    package func bytes() throws -> Data { try CanonicalJSON.encode(document) }
}

/// A checkpoint with the quorum's cosignatures that a light client has seen. Only ``LightClient`` makes one.
package struct LightCheckpoint: Hashable, Sendable {
    /// The signed note as it came.
    package let note: String
    package let final: FinalCheckpoint
    /// Of the block that ends there.
    package let height: Int

    fileprivate init(note: String, final: FinalCheckpoint, height: Int) {
        (self.note, self.final, self.height) = (note, final, height)
    }

    package var size: Int { final.checkpoint.size }
    package var root: Digest { final.checkpoint.root }
}
