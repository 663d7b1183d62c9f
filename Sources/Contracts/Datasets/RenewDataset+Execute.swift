import BlobStore
import SharingModel

extension RenewDataset {
    package func checkForm() throws(ContractsError) {}

    package func execute(in execution: inout Execution) throws {
        let current = try execution.currentDataset(dataset, manifest)
        try execution.checkOwner(current.owners, of: dataset)
        guard current.withdrawal == nil else {
            throw Refusal(.datasetWithdrawn, ["dataset": dataset.text, "manifest": manifest.text])
        }
        try execution.checkFuture(validUntil)
        try execution.settle(
            DatasetProposal(
                id: execution.transaction.id, by: execution.by, at: execution.now,
                terms: current.terms.with(validUntil: validUntil), isRenewal: true, required: current.owners,
                approvals: [execution.by]))
    }
}
