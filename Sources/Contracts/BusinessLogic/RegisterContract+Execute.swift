import CanonicalJSON
import SharingModel

extension RegisterContract {
    package func checkForm() throws(ContractsError) {
        try Form.check(text: summary, in: 1...Form.longestText, "summary")
        try Form.check(list: datasets, "datasets")
        try Form.check(list: packs, in: 0...Form.longestList, "packs")
        guard template.objectValue != nil else { throw .contradictory(members: ["template"]) }
        try Form.check(length: parameters.count, in: 0...Form.mostParameters, "parameters")
        for parameter in parameters { try parameter.checkForm() }
        guard zip(parameters, parameters.dropFirst()).allSatisfy({ $0.name.precedesBytewise($1.name) }) else {
            throw .notSorted(member: "parameters")
        }
    }

    package func execute(in execution: inout Execution) throws {
        try execution.actor(in: [.department, .superior, .collaborator])
        guard try execution.state.registeredPlan(contract) == nil else {
            throw Refusal(.alreadyExists, ["contract": contract.description])
        }
        let author = try execution.state.author(of: contract.name)
        guard author == nil || author == execution.by else {
            throw Refusal(.notTheAuthor, ["contract": contract.name.text, "author": author?.text ?? ""])
        }
        let read = try datasets.map(execution.usableDataset)
        for dataset in read { _ = try dataset.packs(packs) }
        try execution.write(
            RegisteredPlanRecord(
                terms: self, author: execution.by, pool: try commonPool(of: read),
                registration: execution.transaction.id, registeredAt: execution.now),
            to: .contract(contract))
        if author == nil {
            try execution.write(
                ContractNameRecord(name: contract.name, author: execution.by), to: .contractName(contract.name))
        }
        for dataset in read {
            let consent = Consent.asked(dataset, by: execution.by, at: execution.now)
            try execution.write(
                RegisteredPlanDatasetRecord(
                    contract: contract, dataset: dataset.name, manifest: dataset.manifest, consent: consent),
                to: .contractDataset(contract, dataset.name))
        }
    }
}
