package import SharingModel

/// `token.approve`: an owner agrees, for datasets that it owns.
package struct ApproveToken: TransactionBody {
    package static let kind = TransactionKind.approveToken
    package let token: Digest
    /// Sorted; `nil` for all of the token's that `by` owns and has not decided on.
    package let datasets: [DatasetName]?

    package init(token: Digest, datasets: [DatasetName]? = nil) {
        self.token = token
        self.datasets = datasets?.sorted()
    }
}
