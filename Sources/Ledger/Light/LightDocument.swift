package import Foundation
import SharingModel
import TransparencyLog

/// What a reader who executes nothing needs of a ledger at one moment: a final checkpoint, the record of the block that ends
/// there, and how the founding record's members became those who cosigned it. A node shows it, a light client keeps it.
package struct LightDocument: Hashable, Codable, Sendable {
    /// A C2SP signed note.
    package let checkpoint: String
    /// Of the record, the tree's last leaf: 32 bytes each, from the leaf upwards.
    package let inclusion: [Data]
    /// Absent where nothing has changed since the founding, or since what the reader has said that he knows.
    package let membership: Chain?
    /// It names the block's height and its members.
    package let record: BlockRecord

    /// From the founding record to the members of a checkpoint.
    package struct Chain: Hashable, Codable, Sendable {
        /// To which the steps lead: that of the document, or one that the document's continues.
        package let checkpoint: String
        package let steps: [MembershipStep]

        package init(checkpoint: String, steps: [MembershipStep]) {
            (self.checkpoint, self.steps) = (checkpoint, steps)
        }
    }

    package init(checkpoint: String, inclusion: [Data], membership: Chain?, record: BlockRecord) {
        (self.checkpoint, self.inclusion) = (checkpoint, inclusion)
        (self.membership, self.record) = (membership, record)
    }

    /// Largest one that is read, in bytes: some thousand changes.
    package static let largestByteCount = 16 << 20

    func with(_ membership: Chain?) -> LightDocument {
        LightDocument(checkpoint: checkpoint, inclusion: inclusion, membership: membership, record: record)
    }
}

extension Ledger {
    /// The newest final checkpoint for a reader who executes nothing.
    /// - Parameters:
    ///   - known: How many changes of the registry the reader knows; with just as many in force, no steps are shown.
    ///   - choice: Another checkpoint than the newest final one.
    /// - Throws: ``LedgerError/notFinal`` where nothing is final yet.
    package func lightDocument(known: Int, at choice: CheckpointChoice = .final) throws -> LightDocument {
        guard let final = try cosignedBlock(choice) else { throw LedgerError.notFinal }
        let steps = try membershipSteps(to: final.block, unless: known)
        return LightDocument(
            checkpoint: final.note,
            inclusion: try storage.read { reader in
                try reader.inclusionProof(index: final.block.recordIndex, size: final.block.size).hashes
                    .map { Data($0.bytes) }
            },
            membership: steps.map { LightDocument.Chain(checkpoint: final.note, steps: $0) },
            record: final.block.record)
    }
}
