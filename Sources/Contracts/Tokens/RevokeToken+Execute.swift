import SharingModel

extension RevokeToken {
    package func checkForm() throws(ContractsError) {
        try Form.check(list: datasets, "datasets")
        try Form.check(text: reason, "reason")
    }

    /// Whatever the token's life has come to: a revocation also stops the opening of what was computed under it.
    package func execute(in execution: inout Execution) throws {
        let token = try execution.token(token)
        let revocation = Withdrawal(by: execution.by, at: execution.now, reason: reason)
        if token.terms.grantee == execution.by, datasets == nil {
            guard token.uses.givenBack == nil else { throw Refusal(.tokenRevoked, ["token": token.id.hex]) }
            try execution.write(
                TokenUsesRecord(taken: token.uses.taken, givenBack: revocation), to: .tokenUses(token.id))
            return
        }
        let own = try execution.ownDatasets(of: token, named: datasets)
        let standing = own.filter { $0.revocation == nil }
        guard let first = standing.first, datasets == nil || standing.count == own.count else {
            let gone = own.first { $0.revocation != nil }
            throw Refusal(.datasetRevoked, ["dataset": gone?.dataset.text ?? "", "token": token.id.hex])
        }
        for dataset in [first] + standing.dropFirst() {
            try execution.write(dataset.revoked(revocation))
        }
    }
}
