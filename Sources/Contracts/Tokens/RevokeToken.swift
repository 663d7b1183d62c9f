package import SharingModel

/// `token.revoke`: an owner takes its datasets out of the token, or the grantee gives the whole token back.
package struct RevokeToken: TransactionBody {
    package static let kind = TransactionKind.revokeToken
    package let token: Digest
    /// Sorted. `nil`: from the grantee, the whole token; from an owner, all of its datasets.
    package let datasets: [DatasetName]?
    /// At most 1 000 characters.
    package let reason: String?

    package init(token: Digest, datasets: [DatasetName]? = nil, reason: String? = nil) {
        self.token = token
        self.datasets = datasets?.sorted()
        self.reason = reason
    }
}
