import SharingModel

extension LedgerState {
    package func registeredPlan(_ contract: ContractReference) throws -> RegisteredPlan? {
        guard let record = try read(RegisteredPlanRecord.self, at: .contract(contract)) else { return nil }
        return try registeredPlan(record)
    }

    /// Sorted by name and version.
    package func registeredPlans() throws -> [RegisteredPlan] {
        try readAll(RegisteredPlanRecord.self, under: .contracts).map(registeredPlan)
            .sorted { $0.contract < $1.contract }
    }

    private func registeredPlan(_ record: RegisteredPlanRecord) throws -> RegisteredPlan {
        RegisteredPlan(
            record: record,
            datasets: try readAll(
                RegisteredPlanDatasetRecord.self, under: .contractDatasets(record.terms.contract)))
    }

    func author(of name: ContractName) throws -> PartyName? {
        try read(ContractNameRecord.self, at: .contractName(name))?.author
    }
}

extension Execution {
    func registeredPlan(_ contract: ContractReference) throws -> RegisteredPlan {
        guard let plan = try state.registeredPlan(contract) else {
            throw Refusal(.planNotRegistered, ["contract": contract.description])
        }
        return plan
    }
}
