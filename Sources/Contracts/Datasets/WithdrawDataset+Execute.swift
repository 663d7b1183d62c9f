import BlobStore
import SharingModel

extension WithdrawDataset {
    package func checkForm() throws(ContractsError) {
        try Form.check(text: reason, "reason")
    }

    package func execute(in execution: inout Execution) throws {
        let waiting = try execution.state.proposal(dataset)
        if let waiting, waiting.terms.manifest == manifest, !waiting.isRenewal {
            try execution.checkOwner(waiting.required, of: dataset)
            execution.delete(.proposal(dataset))
            return
        }
        let current = try execution.currentDataset(dataset, manifest)
        try execution.checkOwner(current.owners, of: dataset)
        guard current.withdrawal == nil else {
            throw Refusal(.datasetWithdrawn, ["dataset": dataset.text, "manifest": manifest.text])
        }
        // A renewal of what is withdrawn has nothing left to renew.
        if let waiting, waiting.isRenewal { execution.delete(.proposal(dataset)) }
        try execution.notify(.withdrawn, of: current)
        try execution.setExpiry(from: current.terms.validUntil, to: nil, of: current)
        try execution.write(
            current.withdrawn(Withdrawal(by: execution.by, at: execution.now, reason: reason)),
            to: .manifest(manifest))
    }
}
