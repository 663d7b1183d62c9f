package import Foundation
package import SharingModel
package import SignedEnvelopes
package import TransparencyLog

/// All that is needed to check offline what became of one transaction: what `chancery ledger show --json` prints.
///
/// It proves that the envelope is in the ledger (`inclusion`), and, which is more, what executing it gave: the outcome
/// is a leaf of the outcomes' tree whose root stands in the block's record, which is itself in the ledger. All
/// proofs are against the one checkpoint, of any later size than the block's.
package struct TransactionProof: Hashable, Codable, Sendable {
    package let envelope: Envelope
    /// Of the envelope's canonical JSON in the ledger's tree.
    package let inclusion: Inclusion
    package let outcome: OutcomeLeaf
    /// Of the outcome's canonical JSON, at `outcome.index`, in the tree of the block's outcomes: from the leaf upwards.
    package let outcomeProof: [Data]
    package let block: Block
    /// A C2SP signed note with cosignatures.
    package let checkpoint: String

    package init(
        envelope: Envelope, inclusion: Inclusion, outcome: OutcomeLeaf, outcomeProof: [Data], block: Block,
        checkpoint: String
    ) {
        self.envelope = envelope
        self.inclusion = inclusion
        self.outcome = outcome
        self.outcomeProof = outcomeProof
        self.block = block
        self.checkpoint = checkpoint
    }

    /// RFC 9162 inclusion proof.
    package struct Inclusion: Hashable, Codable, Sendable {
        package let index: Int
        package let treeSize: Int
        /// 32 bytes each, from the leaf upwards.
        package let hashes: [Data]

        package init(index: Int, treeSize: Int, hashes: [Data]) {
            self.index = index
            self.treeSize = treeSize
            self.hashes = hashes
        }
    }

    /// The block's record and its place.
    package struct Block: Hashable, Codable, Sendable {
        package let record: BlockRecord
        /// Leaf index of the record; the block's envelopes stand just before it.
        package let index: Int
        /// 32 bytes each, from the leaf upwards, in the tree of `inclusion.treeSize`.
        package let inclusion: [Data]

        package init(record: BlockRecord, index: Int, inclusion: [Data]) {
            self.record = record
            self.index = index
            self.inclusion = inclusion
        }
    }
}

/// A transaction whose place and outcome were proven against a checkpoint that enough departments cosigned. Only
/// ``TransactionProof/verify(against:)`` makes one.
///
/// Proven is what the ledger says. That the envelope's signatures are right is implied by the departments' having
/// executed it; who wants to see for himself calls `Envelope.verify(signers:)` with keys from the founding record.
package struct ProvenTransaction: Hashable, Sendable {
    /// The transaction's id.
    package let id: Digest
    package let envelope: Envelope
    /// Leaf index in the ledger's tree.
    package let index: Int
    package let record: BlockRecord
    package let outcome: OutcomeLeaf
    package let checkpoint: Checkpoint
    /// The departments whose valid cosignatures the checkpoint carries, sorted.
    package let cosigners: [PartyName]

    /// Whether the contracts accepted it. A refused transaction is proven to have been refused, and allows nothing.
    package var isAccepted: Bool { outcome.accepted }
    package var height: Int { record.height }
    package var time: Timestamp { record.time }
}
