package import BlobStore
package import SharingModel

/// `dataset.renew`: another end of validity for the current version. Joint owners all approve, as for new data.
package struct RenewDataset: TransactionBody {
    package static let kind = TransactionKind.renewDataset
    package let dataset: DatasetName
    /// The current version.
    package let manifest: CID
    /// `nil` for no end.
    package let validUntil: Timestamp?

    package init(dataset: DatasetName, manifest: CID, validUntil: Timestamp?) {
        self.dataset = dataset
        self.manifest = manifest
        self.validUntil = validUntil
    }
}
