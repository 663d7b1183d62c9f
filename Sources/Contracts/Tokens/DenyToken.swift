package import SharingModel

/// `token.deny`: an owner refuses, for datasets that it owns.
package struct DenyToken: TransactionBody {
    package static let kind = TransactionKind.denyToken
    package let token: Digest
    /// Sorted; `nil` for all of the token's that `by` owns and has not decided on.
    package let datasets: [DatasetName]?
    /// At most 1 000 characters.
    package let reason: String?

    package init(token: Digest, datasets: [DatasetName]? = nil, reason: String? = nil) {
        self.token = token
        self.datasets = datasets?.sorted()
        self.reason = reason
    }
}
