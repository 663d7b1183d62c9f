import SharingModel

extension ApproveDataset {
    package func checkForm() throws(ContractsError) {}

    package func execute(in execution: inout Execution) throws {
        guard let waiting = try execution.state.proposal(dataset), waiting.id == proposal else {
            throw Refusal(.proposalUnknown, ["dataset": dataset.text, "proposal": proposal.hex])
        }
        try execution.checkOwner(waiting.required, of: dataset)
        guard !waiting.approvals.contains(execution.by) else {
            throw Refusal(.alreadyDecided, ["party": execution.by.text, "dataset": dataset.text])
        }
        // The key may have been replaced since it was proposed. What is renewed keeps the one that it has.
        if !waiting.isRenewal { try execution.checkPseudonyms(under: waiting.terms.pseudonymKey) }
        try execution.settle(waiting.approved(by: execution.by))
    }
}
