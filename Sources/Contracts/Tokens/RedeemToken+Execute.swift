import BlobStore
import SharingModel

extension RedeemToken {
    package func checkForm() throws(ContractsError) {
        try Form.check(list: datasets, "datasets")
        try Form.check(list: packs, in: 0...Form.longestList, "packs")
        try contract?.checkForm()
    }

    /// One step: whether a use is left and that it is taken stand or fall together.
    package func execute(in execution: inout Execution) throws {
        let id = execution.transaction.id
        guard try execution.state.redemption(id) == nil else {
            throw Refusal(.alreadyExists, ["redemption": id.hex])
        }
        let token = try execution.token(token)
        guard token.terms.grantee == execution.by else {
            throw Refusal(.notTheGrantee, ["party": execution.by.text, "token": token.id.hex])
        }
        try execution.checkAlive(token)
        let granted = try datasets.map { try grant(of: $0, in: token, execution) }
        for pack in packs where !token.terms.packs.contains(pack) {
            throw Refusal(.packNotGranted, ["pack": pack.text, "token": token.id.hex])
        }
        try checkPlan(token, granted, execution)
        try execution.write(
            TokenUsesRecord(taken: token.uses.taken + 1, givenBack: nil), to: .tokenUses(token.id))
        try execution.write(
            RedemptionRecord(
                id: id, token: token.id, grantee: execution.by, pool: token.terms.pool, plan: plan,
                datasets: datasets, inputs: granted.map(\.manifest).sorted(), packs: packs, contract: contract,
                at: execution.now, result: nil),
            to: .redemption(id))
    }

    private func grant(
        of name: DatasetName, in token: Token, _ execution: Execution
    ) throws -> TokenDatasetRecord {
        let details = ["dataset": name.text, "token": token.id.hex]
        guard let grant = token.datasets.first(where: { $0.dataset == name }) else {
            throw Refusal(.datasetNotGranted, details)
        }
        switch grant.status {
        case .approved: break
        case .revoked: throw Refusal(.datasetRevoked, details)
        case .requested where token.status(at: execution.now) == .requested:
            throw Refusal(.tokenNotApproved, ["token": token.id.hex])
        case .requested, .denied: throw Refusal(.datasetNotApproved, details)
        }
        if let version = try execution.state.dataset(manifest: grant.manifest) {
            try execution.checkUsable(version)
        }
        return grant
    }

    private func checkPlan(_ token: Token, _ granted: [TokenDatasetRecord], _ execution: Execution) throws {
        guard let contract else {
            guard let limited = token.terms.contracts else { return }
            throw Refusal(.planRequired, ["contracts": limited.map(\.description).joined(separator: ", ")])
        }
        let registered = try execution.registeredPlan(contract.contract)
        if let limited = token.terms.contracts, !limited.contains(contract.contract) {
            throw Refusal(
                .planNotGranted, ["contract": contract.contract.description, "token": token.id.hex])
        }
        try registered.check(
            plan: plan, parameters: contract.parameters, datasets: granted.map { ($0.dataset, $0.manifest) },
            packs: packs)
    }
}
