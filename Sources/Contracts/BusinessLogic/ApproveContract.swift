package import SharingModel

/// `contract.approve`: an owner agrees to a registered plan, for datasets that it owns.
package struct ApproveContract: TransactionBody {
    package static let kind = TransactionKind.approveContract
    package let contract: ContractReference
    /// Sorted; `nil` for all of the plan's that `by` owns and has not decided on.
    package let datasets: [DatasetName]?

    package init(contract: ContractReference, datasets: [DatasetName]? = nil) {
        self.contract = contract
        self.datasets = datasets?.sorted()
    }
}
