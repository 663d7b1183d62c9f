import CanonicalJSON
package import Contracts
package import Ledger
import QueryPlans
import SharingModel

/// A plan with blanks, to be registered under a name.
package struct ContractOffer: Sendable {
    package let contract: ContractReference
    package let summary: String
    /// `SELECT` text; `:name` is a blank.
    package let statement: String
    package let datasets: DatasetSelection
    package let parameters: [PlanParameter]

    package init(
        contract: ContractReference, summary: String, statement: String, of datasets: DatasetSelection = .all,
        parameters: [PlanParameter]
    ) {
        self.contract = contract
        self.summary = summary
        self.statement = statement
        self.datasets = datasets
        self.parameters = parameters
    }
}

extension PartySession {
    /// `contract register`: compiles the statement for the datasets that are in use now, and offers it to their owners.
    package func registerContract(_ offer: ContractOffer) async throws -> Receipt {
        let query = try plan(offer.statement, of: offer.datasets)
        return try await submit(
            RegisterContract(
                contract: offer.contract, summary: offer.summary, datasets: query.datasets.map(\.name),
                packs: query.template.content.packs, template: try CanonicalJSON.parse(query.template.data),
                parameters: offer.parameters))
    }

    /// `contract approve`: for all of the plan's datasets that this party owns.
    package func approveContract(_ contract: ContractReference) async throws -> Receipt {
        try await submit(ApproveContract(contract: contract))
    }
}
