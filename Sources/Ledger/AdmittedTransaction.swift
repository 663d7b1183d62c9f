package import Contracts
package import SharingModel
package import SignedEnvelopes

/// A transaction that may enter a block of this ledger as far as is known without the block's time: well formed, of
/// a known kind, for this ledger, and signed by exactly those whose signatures it needs. Only ``Admission`` makes one.
package struct AdmittedTransaction: Sendable {
    package let envelope: VerifiedEnvelope
    package let transaction: Transaction
    /// Those whose signatures were found valid, sorted by name.
    let signers: [RequiredSigner]

    init(envelope: VerifiedEnvelope, transaction: Transaction, signers: [RequiredSigner]) {
        self.envelope = envelope
        self.transaction = transaction
        self.signers = signers
    }

    package var id: Digest { transaction.id }
}
