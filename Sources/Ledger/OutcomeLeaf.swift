package import Contracts
package import SharingModel

/// What executing one transaction gave: a leaf of its block's outcomes' tree, as canonical JSON.
///
/// That an envelope is in the ledger says only that something was asked. That it held is said by this leaf with
/// `accepted`, included under the ``BlockRecord/outcomes`` of its block.
package struct OutcomeLeaf: Hashable, Codable, Sendable {
    package let accepted: Bool
    /// The transaction's place in its block, from 0: also this leaf's index in the outcomes' tree.
    package let index: Int
    /// Why it was refused; absent when it was accepted.
    package let reason: Refusal?
    /// The transaction's id.
    package let transaction: Digest
    /// SHA-256 of the canonical JSON of the writes, see ``Contracts/Outcome/writesDigest()``.
    package let writes: Digest

    package init(index: Int, transaction: Digest, refusal: Refusal?, writes: Digest) {
        self.accepted = refusal == nil
        self.index = index
        self.reason = refusal
        self.transaction = transaction
        self.writes = writes
    }
}
