package import BlobStore
package import SharingModel

/// `opening.record`: the pool's custodian has recomputed a result, opened it and sealed the opening to the requester.
package struct RecordOpening: TransactionBody {
    package static let kind = TransactionKind.recordOpening
    package let result: Digest
    /// The opening, sealed to the requester.
    package let opening: CID
    /// SHA-256 of the plain opening document.
    package let commitment: Digest
    /// Openings of the pool that the disclosure guard was applied against: all that there are at this moment.
    package let openingsSeen: Int64

    package init(result: Digest, opening: CID, commitment: Digest, openingsSeen: Int64) {
        self.result = result
        self.opening = opening
        self.commitment = commitment
        self.openingsSeen = openingsSeen
    }
}
