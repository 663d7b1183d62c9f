import SharingModel

extension PublishDataset {
    package func checkForm() throws(ContractsError) {
        try Form.check(rows, in: 1...Form.largestNumber, "rows")
        try Form.check(shards, in: 1...Form.largestNumber, "shards")
        try Form.check(bytes, in: 1...Form.largestNumber, "bytes")
        try Form.check(list: owners, "owners")
        try Form.check(Int64(approvals), in: 1...Int64(owners.count), "approvals")
        try Form.check(columns: publicColumns, in: 0...Form.mostColumns, "publicColumns")
        if let sealed { try Form.check(columns: sealed.columns, in: 1...Form.mostColumns, "sealed.columns") }
        try Form.check(length: packs.count, in: 0...Form.longestList, "packs")
        for pack in packs.keys.sorted() {
            try Form.check(columns: packs[pack] ?? [], in: 1...Form.mostColumns, "packs.\(pack)")
        }
    }

    package func execute(in execution: inout Execution) throws {
        let pool = try execution.pool(pool)
        guard pool.isInForce else { throw Refusal(.poolNotInForce, ["pool": pool.name.text]) }
        for owner in [execution.by] + owners {
            guard pool.members.contains(owner) else {
                throw Refusal(.notAMember, ["party": owner.text, "pool": pool.name.text])
            }
        }
        try execution.checkOwner(owners, of: name)
        guard keyFingerprint == pool.keyFingerprint else {
            throw Refusal(.keyMismatch, ["pool": pool.name.text, "fingerprint": keyFingerprint.hex])
        }
        if let sealed, try execution.state.fieldKey(of: execution.by)?.keyFingerprint != sealed.keyFingerprint {
            throw Refusal(.fieldKeyMissing, ["party": execution.by.text])
        }
        try execution.checkPseudonyms(under: pseudonymKey)
        try execution.checkEscrow(of: owners)
        try execution.checkEscrow(of: pool)
        try execution.checkFuture(validUntil)
        try execution.checkUnpublished(manifest)
        let required = Set(owners + (try previousOwners(execution))).sorted()
        try execution.settle(
            DatasetProposal(
                id: execution.transaction.id, by: execution.by, at: execution.now, terms: self, isRenewal: false,
                required: required, approvals: [execution.by]))
    }

    /// Owners of the version that this one is to replace, all of whom must agree, even if it was withdrawn.
    private func previousOwners(_ execution: Execution) throws -> [PartyName] {
        let taken = Refusal(.alreadyExists, ["dataset": name.text])
        if let current = try execution.state.dataset(name) {
            guard current.owners.contains(execution.by), current.terms.pool == pool else { throw taken }
            return current.owners
        }
        // Whoever proposed a name first keeps it from others, until an owner drops the proposal.
        if let waiting = try execution.state.proposal(name), !waiting.required.contains(execution.by) { throw taken }
        return []
    }

    func with(validUntil: Timestamp?) -> PublishDataset {
        PublishDataset(
            name: name, pool: pool, manifest: manifest, keyFingerprint: keyFingerprint, rows: rows, shards: shards,
            bytes: bytes, packs: packs, publicColumns: publicColumns, sealed: sealed,
            pseudonymKey: pseudonymKey, owners: owners, approvals: approvals, validUntil: validUntil)
    }
}
