package import BlobStore
package import SharingModel

/// `query.refuse`: the executor records that the disclosure guard refused a query whole. Takes no use.
package struct RefuseQuery: TransactionBody {
    package static let kind = TransactionKind.refuseQuery
    package let token: Digest
    package let plan: CID
    /// Groups that could have been released.
    package let released: Int64
    /// Groups that the guard refused; at least 1.
    package let refused: Int64
    /// At most 1 000 characters.
    package let reason: String

    package init(token: Digest, plan: CID, released: Int64, refused: Int64, reason: String) {
        self.token = token
        self.plan = plan
        self.released = released
        self.refused = refused
        self.reason = reason
    }
}
