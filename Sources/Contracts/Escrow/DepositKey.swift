import Multiprecision
package import Paillier
package import SharingModel
package import SignedEnvelopes

/// `escrow.deposit`: a department shares its key for fields among those whom the policy names.
///
/// One transaction: the published values, which every node checks as it executes it, and each holder's share, sealed to
/// that holder. It replaces a deposit that is not acknowledged by all; one that is stays.
package struct DepositKey: TransactionBody {
    package static let kind = TransactionKind.depositKey
    package let record: ThresholdRecord
    /// By holder: all of the policy's and no others.
    package let shares: [PartyName: SealedMessage]

    package init(record: ThresholdRecord, shares: [PartyName: SealedMessage]) {
        self.record = record
        self.shares = shares
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(length: shares.count, in: 1...AccessStructure.mostHolders, "shares")
        for share in shares.values {
            try Form.check(length: share.enc.count, in: 32...32, "enc")
            try Form.check(length: share.ciphertext.count, in: 1...16_384, "ciphertext")
        }
    }

    package func execute(in execution: inout Execution) throws {
        let owner = try execution.department(execution.by).name
        let rule = try execution.escrowRule(for: owner)
        guard let fieldKey = try execution.state.fieldKey(of: owner) else {
            throw Refusal(.fieldKeyMissing, ["party": owner.text])
        }
        if let earlier = try execution.state.deposit(of: owner), earlier.isComplete {
            throw Refusal(.alreadyExists, ["deposit": earlier.id.hex])
        }
        guard try record.structure == rule.structure(), Set(shares.keys) == Set(rule.holders.parties) else {
            throw Refusal(.depositInvalid, ["party": owner.text, "reason": "holders"])
        }
        guard record.epoch == 1, record.factor == 1,
            (try? ThresholdKey(record, of: execution.rules.publicKey(fieldKey.modulus))) != nil
        else { throw Refusal(.depositInvalid, ["party": owner.text, "reason": "values"]) }
        try execution.write(
            DepositRecord(
                id: execution.transaction.id, owner: owner, at: execution.now, record: record, shares: shares,
                holders: rule.holders.parties, acknowledgements: [], complaints: [:]),
            to: .deposit(owner))
    }
}

/// `escrow.acknowledge`: a holder has opened its share, checked it against the published values, and keeps it.
package struct AcknowledgeDeposit: TransactionBody {
    package static let kind = TransactionKind.acknowledgeDeposit
    package let owner: PartyName
    /// Id of `escrow.deposit`: exactly what was checked.
    package let deposit: Digest

    package init(owner: PartyName, deposit: Digest) {
        self.owner = owner
        self.deposit = deposit
    }

    package func checkForm() throws(ContractsError) {}

    package func execute(in execution: inout Execution) throws {
        let deposit = try execution.unsettledDeposit(deposit, of: owner)
        try execution.write(deposit.with(acknowledgement: execution.by), to: .deposit(owner))
    }
}

/// `escrow.complain`: a holder's share is not what was published. The owner has to deposit anew.
package struct ComplainOfDeposit: TransactionBody {
    package static let kind = TransactionKind.complainOfDeposit
    package let owner: PartyName
    package let deposit: Digest
    /// At most 1 000 characters.
    package let reason: String

    package init(owner: PartyName, deposit: Digest, reason: String) {
        self.owner = owner
        self.deposit = deposit
        self.reason = reason
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(text: reason, in: 1...Form.longestText, "reason")
    }

    package func execute(in execution: inout Execution) throws {
        let deposit = try execution.unsettledDeposit(deposit, of: owner)
        try execution.write(deposit.with(complaint: reason, of: execution.by), to: .deposit(owner))
    }
}

extension Execution {
    /// A deposit of which the acting party, a holder, has not spoken yet.
    fileprivate func unsettledDeposit(_ id: Digest, of owner: PartyName) throws -> DepositRecord {
        let deposit = try deposit(id, of: owner)
        try checkHolder(deposit.holders, of: owner)
        guard deposit.missing.contains(by) else {
            throw Refusal(.alreadyDecided, ["party": by.text, "deposit": id.hex])
        }
        return deposit
    }
}
