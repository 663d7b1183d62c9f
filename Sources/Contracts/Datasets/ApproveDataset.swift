package import SharingModel

/// `dataset.approve`: an owner agrees to a proposed version or renewal. The last one makes it current.
package struct ApproveDataset: TransactionBody {
    package static let kind = TransactionKind.approveDataset
    package let dataset: DatasetName
    /// Id of the `dataset.publish` or `dataset.renew` transaction: exactly what is agreed to.
    package let proposal: Digest

    package init(dataset: DatasetName, proposal: Digest) {
        self.dataset = dataset
        self.proposal = proposal
    }
}
