import SharingModel

extension ApproveContract {
    package func checkForm() throws(ContractsError) {
        try Form.check(list: datasets, "datasets")
    }

    package func execute(in execution: inout Execution) throws {
        let plan = try execution.registeredPlan(contract)
        let own = try ownDatasets(of: plan, execution)
        let open = own.filter { $0.consent.undecided.contains(execution.by) }
        if open.isEmpty || (datasets != nil && open.count < own.count) {
            let decided = own.first { !open.contains($0) }
            throw Refusal(
                .alreadyDecided, ["party": execution.by.text, "dataset": decided?.dataset.text ?? ""])
        }
        let decision = OwnerDecision(owner: execution.by, approves: true, at: execution.now, reason: nil)
        for dataset in open {
            if let version = try execution.state.dataset(manifest: dataset.manifest) {
                try execution.checkUsable(version)
            }
            try execution.write(dataset.decided(decision), to: .contractDataset(contract, dataset.dataset))
        }
    }

    private func ownDatasets(
        of plan: RegisteredPlan, _ execution: Execution
    ) throws -> [RegisteredPlanDatasetRecord] {
        guard let datasets else {
            let own = plan.datasets.filter { $0.consent.owners.contains(execution.by) }
            guard !own.isEmpty else {
                throw Refusal(
                    .notAnOwner, ["party": execution.by.text, "contract": contract.description])
            }
            return own
        }
        return try datasets.map { name in
            guard let dataset = plan.datasets.first(where: { $0.dataset == name }) else {
                throw Refusal(
                    .unknownDataset, ["dataset": name.text, "contract": contract.description])
            }
            try execution.checkOwner(dataset.consent.owners, of: name)
            return dataset
        }
    }
}
