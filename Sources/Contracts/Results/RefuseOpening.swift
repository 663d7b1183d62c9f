package import SharingModel

/// `opening.refuse`: the pool's custodian does not open a result, and says why.
package struct RefuseOpening: TransactionBody {
    package static let kind = TransactionKind.refuseOpening
    package let result: Digest
    /// Openings of the pool that the disclosure guard was applied against.
    package let openingsSeen: Int64
    /// At most 1 000 characters.
    package let reason: String

    package init(result: Digest, openingsSeen: Int64, reason: String) {
        self.result = result
        self.openingsSeen = openingsSeen
        self.reason = reason
    }
}
