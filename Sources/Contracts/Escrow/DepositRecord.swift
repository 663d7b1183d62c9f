package import Paillier
package import SharingModel
package import SignedEnvelopes

/// A department's key for fields, or the key of a pool with one custodian, in shares.
package struct DepositRecord: Codable, Hashable, Sendable {
    /// Id of the `escrow.deposit` transaction.
    package let id: Digest
    package let owner: PartyName
    /// `nil` for the owner's key for fields.
    package let pool: PoolName?
    package let at: Timestamp
    /// The values that anybody can check the shares' opening by.
    package let record: ThresholdRecord
    /// Each holder's share, sealed to it.
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

    /// Of a pool's key: the published values as those of a key in shares, by which an opening is checked.
    package var poolKey: PoolKey? { pool.map { PoolKey(pool: $0, holders: holders, key: record) } }

    func with(acknowledgement party: PartyName) -> DepositRecord {
        with((acknowledgements + [party]).sorted(), complaints)
    }

    func with(complaint reason: String, of party: PartyName) -> DepositRecord {
        with(acknowledgements, complaints.merging([party: reason]) { _, new in new })
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

    /// The owner's last deposit of its key for fields, or of the pool's key.
    package func deposit(of owner: PartyName, pool: PoolName? = nil) throws -> DepositRecord? {
        try read(DepositRecord.self, at: .deposit(owner, pool))
    }

    /// Of keys for fields, sorted by owner, then of pools, sorted by name.
    package func deposits() throws -> [DepositRecord] {
        try readAll(DepositRecord.self, under: .deposits) + readAll(DepositRecord.self, under: .poolDeposits)
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

    /// The deposit of `owner` that has this id.
    func deposit(_ id: Digest, of owner: PartyName, pool: PoolName?) throws -> DepositRecord {
        guard let deposit = try state.deposit(of: owner, pool: pool), deposit.id == id, deposit.owner == owner else {
            throw Refusal(.depositUnknown, ["deposit": id.hex, "party": owner.text])
        }
        return deposit
    }

    func checkHolder(_ holders: [PartyName], of owner: PartyName) throws {
        guard holders.contains(by) else {
            throw Refusal(.notAnEscrowHolder, ["party": by.text, "owner": owner.text])
        }
    }

    /// Where the policy asks for escrow, a department's data come after it: what nobody could open is not published.
    func checkEscrow(of owners: [PartyName]) throws {
        for owner in owners where try state.escrowRule(for: owner) != nil {
            try checkComplete(try state.deposit(of: owner), ["party": owner.text])
        }
    }

    /// The same of a pool's key that one custodian holds: nothing is encrypted under it before it is in escrow.
    func checkEscrow(of pool: PoolRecord) throws {
        guard pool.sharing == nil, try state.escrowRule(for: pool.custodian) != nil else { return }
        try checkComplete(
            try state.deposit(of: pool.custodian, pool: pool.name),
            ["party": pool.custodian.text, "pool": pool.name.text])
    }

    private func checkComplete(_ deposit: DepositRecord?, _ details: [String: String]) throws {
        if let deposit, deposit.isComplete { return }
        let missing = deposit.map { Set($0.holders).subtracting($0.acknowledgements).sorted().map(\.text) }
        throw Refusal(.escrowMissing, details.adding("missing", missing?.joined(separator: ",") ?? "all"))
    }
}
