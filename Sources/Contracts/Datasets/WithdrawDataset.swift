package import BlobStore
package import SharingModel

/// `dataset.withdraw`: one owner takes a version back; no other owner can keep it in use.
package struct WithdrawDataset: TransactionBody {
    package static let kind = TransactionKind.withdrawDataset
    package let dataset: DatasetName
    /// The current version, or the proposed one, which is then dropped.
    package let manifest: CID
    /// At most 1 000 characters.
    package let reason: String?

    package init(dataset: DatasetName, manifest: CID, reason: String? = nil) {
        self.dataset = dataset
        self.manifest = manifest
        self.reason = reason
    }
}
