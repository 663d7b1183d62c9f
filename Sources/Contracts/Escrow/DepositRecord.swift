package import Paillier
package import SharingModel
package import SignedEnvelopes

/// A department's key for fields, in shares.
package struct DepositRecord: Codable, Hashable, Sendable {
    /// Id of the `escrow.deposit` transaction.
    package let id: Digest
    package let owner: PartyName
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

    func with(acknowledgement party: PartyName) -> DepositRecord {
        with((acknowledgements + [party]).sorted(), complaints)
    }

    func with(complaint reason: String, of party: PartyName) -> DepositRecord {
        with(acknowledgements, complaints.merging([party: reason]) { _, new in new })
    }

    private func with(_ acknowledgements: [PartyName], _ complaints: [PartyName: String]) -> DepositRecord {
        DepositRecord(
            id: id, owner: owner, at: at, record: record, shares: shares, holders: holders,
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

    /// The owner's last deposit.
    package func deposit(of owner: PartyName) throws -> DepositRecord? {
        try read(DepositRecord.self, at: .deposit(owner))
    }

    /// Sorted by owner.
    package func deposits() throws -> [DepositRecord] {
        try readAll(DepositRecord.self, under: .deposits)
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
    func deposit(_ id: Digest, of owner: PartyName) throws -> DepositRecord {
        guard let deposit = try state.deposit(of: owner), deposit.id == id else {
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
            guard let deposit = try state.deposit(of: owner), deposit.isComplete else {
                throw Refusal(
                    .escrowMissing,
                    [
                        "party": owner.text,
                        "missing": try state.deposit(of: owner).map { Set($0.holders).subtracting($0.acknowledgements) }
                            .map { $0.sorted().map(\.text).joined(separator: ",") } ?? "all",
                    ])
            }
        }
    }
}
