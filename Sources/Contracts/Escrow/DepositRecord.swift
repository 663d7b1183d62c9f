package import Paillier
package import SharingModel
package import SignedEnvelopes

/// A department's key for fields, or the key of a pool with one custodian, in shares.
package struct DepositRecord: Codable, Hashable, Sendable {
    /// Id of the `escrow.deposit` transaction, or of the `escrow.renew` by which its shares were refreshed or moved.
    package let id: Digest
    package let owner: PartyName
    /// `nil` for the owner's key for fields.
    package let pool: PoolName?
    package let at: Timestamp
    /// The values that anybody can check the shares' opening by.
    package let record: ThresholdRecord
    /// Each holder's share, sealed to it; empty once they were renewed, and in a deposit that is over.
    package let shares: [PartyName: SealedMessage]
    /// In the order in which shares are numbered.
    package let holders: [PartyName]
    /// Holders that have checked and kept their share; sorted.
    package let acknowledgements: [PartyName]
    /// Holders whose share is not what was published; such a deposit is of no use.
    package let complaints: [PartyName: String]

    /// Holders that have said nothing yet, sorted.
    package var missing: [PartyName] {
        holders.filter { !acknowledgements.contains($0) && complaints[$0] == nil }.sorted()
    }

    /// Whether all holders have acknowledged.
    package var isComplete: Bool { acknowledgements.count == holders.count }

    /// Whose key it is.
    package var subject: SharedKeySubject { pool.map { .pool($0) } ?? .fields(owner) }

    /// What an opening is checked by.
    package var values: PublishedValues { PublishedValues(of: subject, holders: holders, key: record) }

    /// Whether it is shared as the policy says now.
    package func follows(_ rule: EscrowRule) -> Bool {
        holders == rule.holders.parties && (try? rule.structure()) == record.structure
    }

    func with(acknowledgement party: PartyName) -> DepositRecord {
        with((acknowledgements + [party]).sorted(), complaints)
    }

    func with(complaint reason: String, of party: PartyName) -> DepositRecord {
        with(acknowledgements, complaints.merging([party: reason]) { _, new in new })
    }

    /// What is kept of it when others have taken its place.
    var past: DepositRecord {
        DepositRecord(
            id: id, owner: owner, pool: pool, at: at, record: record, shares: [:], holders: holders,
            acknowledgements: acknowledgements, complaints: complaints)
    }

    /// The deposit as new shares of its key make it, which all their holders have acknowledged.
    func renewed(by ceremony: ShareCeremony, _ values: PublishedValues, at time: Timestamp) -> DepositRecord {
        DepositRecord(
            id: ceremony.id, owner: owner, pool: pool, at: time, record: values.key, shares: [:],
            holders: values.holders, acknowledgements: values.holders.sorted(), complaints: [:])
    }

    private func with(_ acknowledgements: [PartyName], _ complaints: [PartyName: String]) -> DepositRecord {
        DepositRecord(
            id: id, owner: owner, pool: pool, at: at, record: record, shares: shares, holders: holders,
            acknowledgements: acknowledgements, complaints: complaints)
    }
}

extension LedgerState {
    package func fieldKey(of owner: PartyName) throws -> FieldKeyRecord? {
        try read(FieldKeyRecord.self, at: .fieldKey(owner))
    }

    /// Sorted by owner.
    package func fieldKeys() throws -> [FieldKeyRecord] {
        try readAll(FieldKeyRecord.self, under: .fieldKeys)
    }

    /// The deposit of the owner's key for fields, or of the pool's key: the one in force, or the first, which waits for
    /// its holders.
    package func deposit(of owner: PartyName, pool: PoolName? = nil) throws -> DepositRecord? {
        try read(DepositRecord.self, at: .deposit(owner, pool))
    }

    /// One that its owner has dealt anew, and that waits for its holders; until then the one in force stays.
    package func pendingDeposit(of owner: PartyName, pool: PoolName? = nil) throws -> DepositRecord? {
        try read(DepositRecord.self, at: .pendingDeposit(owner, pool))
    }

    /// One that is or was in force, by the epoch of its shares.
    package func deposit(of owner: PartyName, pool: PoolName?, epoch: Int) throws -> DepositRecord? {
        if let present = try deposit(of: owner, pool: pool), present.record.epoch == epoch { return present }
        return try read(DepositRecord.self, at: .pastDeposit(owner, pool, epoch))
    }

    /// The deposit whose shares open a request: those that granted it in full, otherwise those in force.
    package func deposit(for request: EscrowRequest) throws -> DepositRecord? {
        guard let epoch = request.grantedEpoch else { return try deposit(of: request.owner, pool: request.pool) }
        return try deposit(of: request.owner, pool: request.pool, epoch: epoch)
    }

    /// Of keys for fields, sorted by owner, then of pools, sorted by name; those that were dealt anew and wait come last.
    package func deposits() throws -> [DepositRecord] {
        try [StateKey.deposits, .poolDeposits, .pendingDeposits, .pendingPoolDeposits].flatMap {
            try readAll(DepositRecord.self, under: $0)
        }
    }

    /// The rule of escrow for a department; `nil` where the consortium's policy asks for none.
    package func escrowRule(for owner: PartyName) throws -> EscrowRule? {
        try consortium()?.policy.escrow?.rule(for: owner)
    }
}

extension Execution {
    func escrowRule(for owner: PartyName) throws -> EscrowRule {
        guard let rule = try state.escrowRule(for: owner) else {
            throw Refusal(.escrowNotAsked, ["party": owner.text])
        }
        return rule
    }

    /// The deposit of `owner` that has this id, in force or waiting.
    func deposit(_ id: Digest, of owner: PartyName, pool: PoolName?) throws -> DepositRecord {
        let known = try [state.deposit(of: owner, pool: pool), state.pendingDeposit(of: owner, pool: pool)]
        guard let deposit = known.compactMap(\.self).first(where: { $0.id == id && $0.owner == owner }) else {
            throw Refusal(.depositUnknown, ["deposit": id.hex, "party": owner.text])
        }
        return deposit
    }

    /// The shares that a request can be granted with now. What was granted in full stays with the shares that did it.
    func sharesInForce(for request: EscrowRequest) throws -> DepositRecord {
        guard let present = try state.deposit(of: request.owner, pool: request.pool) else {
            throw Refusal(.depositUnknown, ["deposit": request.deposit.hex, "party": request.owner.text])
        }
        try present.check(epoch: request.grantedEpoch ?? present.record.epoch, ["request": request.id.hex])
        return present
    }

    /// Puts a deposit in force that all holders have acknowledged. The one before it is over, and so is whatever else was
    /// begun to take its place.
    mutating func putInForce(_ deposit: DepositRecord) throws {
        let (owner, pool) = (deposit.owner, deposit.pool)
        if let before = try state.deposit(of: owner, pool: pool), before.isComplete {
            try write(before.past, to: .pastDeposit(owner, pool, before.record.epoch))
        }
        for key in [StateKey.pendingDeposit(owner, pool), .ceremony(of: deposit.subject)]
        where try state.isThere(key) {
            delete(key)
        }
        try write(deposit, to: .deposit(owner, pool))
        // From now on a result can be opened with its shares, and shown by these values.
        if let pool { try write(deposit.values, to: .poolEpoch(pool, deposit.record.epoch)) }
    }

    func checkHolder(_ holders: [PartyName], of owner: PartyName) throws {
        guard holders.contains(by) else {
            throw Refusal(.notAnEscrowHolder, ["party": by.text, "owner": owner.text])
        }
    }

    /// Where the policy asks for escrow, a department's data come after it: what nobody could open is not published.
    func checkEscrow(of owners: [PartyName]) throws {
        for owner in owners {
            guard let rule = try state.escrowRule(for: owner) else { continue }
            try check(try state.deposit(of: owner), rule, ["party": owner.text])
        }
    }

    /// The same of a pool's key that one custodian holds: nothing is encrypted under it before it is in escrow.
    func checkEscrow(of pool: PoolRecord) throws {
        guard pool.sharing == nil, let rule = try state.escrowRule(for: pool.custodian) else { return }
        try check(
            try state.deposit(of: pool.custodian, pool: pool.name), rule,
            ["party": pool.custodian.text, "pool": pool.name.text])
    }

    /// New data come under the policy of now: a deposit with the holders of a former one does for what was published.
    private func check(_ deposit: DepositRecord?, _ rule: EscrowRule, _ details: [String: String]) throws {
        if let deposit, deposit.isComplete, deposit.follows(rule) { return }
        let have = deposit.map { $0.isComplete ? $0.holders : $0.acknowledgements } ?? []
        let missing = rule.holders.parties.filter { !have.contains($0) }.sorted().map(\.text)
        let all = deposit == nil || missing.isEmpty
        throw Refusal(.escrowMissing, details.adding("missing", all ? "all" : missing.joined(separator: ",")))
    }
}

extension DepositRecord {
    func check(epoch: Int, _ details: [String: String] = [:]) throws {
        guard epoch == record.epoch else {
            throw Refusal(
                .epochOver,
                details.merging(subject.details) { own, _ in own }.adding("found", String(epoch))
                    .adding("expected", String(record.epoch)))
        }
    }
}
