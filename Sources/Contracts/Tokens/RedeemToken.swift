package import BlobStore
package import SharingModel

/// `token.redeem`: the grantee takes one use for one plan. The transaction's id names the redemption.
package struct RedeemToken: TransactionBody {
    package static let kind = TransactionKind.redeemToken
    package let token: Digest
    package let plan: CID
    /// What the plan reads, sorted. The token's manifests of these are the inputs.
    package let datasets: [DatasetName]
    /// Packs that the plan computes on, sorted; empty for counts of rows alone.
    package let packs: [PackName]
    /// The registered plan that `plan` is an instance of.
    package let contract: ContractCall?

    package init(
        token: Digest, plan: CID, datasets: [DatasetName], packs: [PackName], contract: ContractCall? = nil
    ) {
        self.token = token
        self.plan = plan
        self.datasets = datasets.sorted()
        self.packs = packs.sorted()
        self.contract = contract
    }
}

/// A registered plan with values for its parameters.
package struct ContractCall: Codable, Hashable, Sendable {
    package let contract: ContractReference
    package let parameters: [String: ParameterValue]

    package init(contract: ContractReference, parameters: [String: ParameterValue]) {
        self.contract = contract
        self.parameters = parameters
    }
}
