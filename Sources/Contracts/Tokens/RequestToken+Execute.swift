import SharingModel

extension RequestToken {
    package func checkForm() throws(ContractsError) {
        guard (pool == nil) != (datasets == nil) else { throw .contradictory(members: ["pool", "datasets"]) }
        try Form.check(list: datasets, "datasets")
        try Form.check(list: packs, "packs")
        try Form.check(list: contracts, "contracts")
        try Form.check(text: purpose, "purpose")
        try Form.check(uses, in: 1...1_000_000, "uses")
    }

    package func execute(in execution: inout Execution) throws {
        let id = execution.transaction.id
        try execution.actor(in: [.department, .superior, .auditor, .collaborator])
        guard try execution.state.token(id) == nil else { throw Refusal(.alreadyExists, ["token": id.hex]) }
        guard !Form.isBlank(purpose) else { throw Refusal(.purposeMissing) }
        try execution.checkFuture(until)
        for contract in contracts ?? [] { _ = try execution.registeredPlan(contract) }
        let covered = try coveredDatasets(execution)
        let pool = try commonPool(of: covered)
        try execution.write(
            TokenRecord(
                id: id, grantee: execution.by, pool: pool, packs: packs, purpose: purpose, uses: uses, until: until,
                contracts: contracts, requestedAt: execution.now),
            to: .token(id))
        try execution.write(TokenUsesRecord(taken: 0, givenBack: nil), to: .tokenUses(id))
        for dataset in covered {
            try execution.write(
                DatasetTokenPointer(dataset: dataset.name, token: id), to: .datasetToken(dataset.name, id))
            let consent = Consent.asked(dataset, by: execution.by, at: execution.now)
            try execution.write(
                TokenDatasetRecord(
                    token: id, dataset: dataset.name, manifest: dataset.manifest,
                    packs: try dataset.packs(packs), consent: consent, revocation: nil))
        }
    }

    private func coveredDatasets(_ execution: Execution) throws -> [DatasetRecord] {
        if let datasets { return try datasets.map(execution.usableDataset) }
        guard let pool else { return [] }
        _ = try execution.pool(pool)
        let usable = try execution.state.datasets(in: pool).filter { $0.status(at: execution.now) == .inUse }
        guard !usable.isEmpty else { throw Refusal(.nothingToGrant, ["pool": pool.text]) }
        return usable
    }
}

/// Only what stands under one key can be computed on together, and opened by one custodian.
func commonPool(of datasets: [DatasetRecord]) throws -> PoolName {
    let pools = Set(datasets.map(\.terms.pool)).sorted()
    guard let pool = pools.first, pools.count == 1 else {
        throw Refusal(.severalPools, ["pools": pools.map(\.text).joined(separator: ", ")])
    }
    return pool
}

extension DatasetRecord {
    /// The columns of `names`.
    /// - Throws: ``Refusal`` if the dataset does not have one of them.
    func packs(_ names: [PackName]) throws -> [PackName: [String]] {
        var found: [PackName: [String]] = [:]
        for pack in names {
            guard let columns = terms.packs[pack] else {
                throw Refusal(.unknownPack, ["pack": pack.text, "dataset": name.text])
            }
            found[pack] = columns
        }
        return found
    }
}
