package import CanonicalJSON
package import SharingModel

/// `contract.register`: a plan with blanks, offered for the approval of the owners of its data.
package struct RegisterContract: TransactionBody {
    package static let kind = TransactionKind.registerContract
    /// Name and version; a later version comes from the same author.
    package let contract: ContractReference
    /// What it computes, for those who approve it; at most 1 000 characters.
    package let summary: String
    /// What the plan reads, sorted; all of one pool.
    package let datasets: [DatasetName]
    /// Packs that the plan computes on, sorted.
    package let packs: [PackName]
    /// The plan's JSON object. An instance is the same object with its member `parameters` set to the values given.
    package let template: JSONValue
    /// Sorted by name.
    package let parameters: [PlanParameter]

    package init(
        contract: ContractReference, summary: String, datasets: [DatasetName], packs: [PackName], template: JSONValue,
        parameters: [PlanParameter]
    ) {
        self.contract = contract
        self.summary = summary
        self.datasets = datasets.sorted()
        self.packs = packs.sorted()
        self.template = template
        self.parameters = parameters.sorted { $0.name.precedesBytewise($1.name) }
    }
}
