import SharingModel

extension DenyToken {
    package func checkForm() throws(ContractsError) {
        try Form.check(list: datasets, "datasets")
        try Form.check(text: reason, "reason")
    }

    package func execute(in execution: inout Execution) throws {
        let token = try execution.token(token)
        _ = try execution.ownDatasets(of: token, named: datasets)
        try execution.checkAlive(token)
        let decision = OwnerDecision(owner: execution.by, approves: false, at: execution.now, reason: reason)
        for dataset in try execution.undecidedDatasets(of: token, named: datasets) {
            try execution.write(dataset.decided(decision))
        }
    }
}
