import SharingModel

extension ApproveToken {
    package func checkForm() throws(ContractsError) {
        try Form.check(list: datasets, "datasets")
    }

    package func execute(in execution: inout Execution) throws {
        let token = try execution.token(token)
        // Who owns nothing of it learns that first, whatever has become of the token.
        _ = try execution.ownDatasets(of: token, named: datasets)
        try execution.checkAlive(token)
        let decision = OwnerDecision(owner: execution.by, approves: true, at: execution.now, reason: nil)
        for dataset in try execution.undecidedDatasets(of: token, named: datasets) {
            guard let version = try execution.state.dataset(manifest: dataset.manifest) else {
                throw Refusal(.unknownDataset, ["dataset": dataset.dataset.text])
            }
            try execution.checkUsable(version)
            try execution.write(dataset.decided(decision))
        }
    }
}
