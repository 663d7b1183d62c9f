import Foundation
import Multiprecision
package import Paillier
package import SharingModel
package import SignedEnvelopes

/// `escrow.deposit`: a department shares its key for fields, or a custodian the key of its pool, among those whom the
/// policy names.
///
/// One transaction: the published values, which every node checks as it executes it, and each holder's share, sealed to
/// that holder. It replaces a deposit that is not acknowledged by all; one that is stays.
package struct DepositKey: TransactionBody {
    package static let kind = TransactionKind.depositKey
    package let record: ThresholdRecord
    /// By holder: all of the policy's and no others.
    package let shares: [PartyName: SealedMessage]
    /// Whose key it is; absent for the department's key for fields.
    package let pool: PoolName?

    package init(record: ThresholdRecord, shares: [PartyName: SealedMessage], pool: PoolName? = nil) {
        self.pool = pool
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
        let owner = execution.by
        let rule = try execution.escrowRule(for: owner)
        let modulus = try modulus(of: owner, in: execution)
        if let earlier = try execution.state.deposit(of: owner, pool: pool), earlier.isComplete {
            throw Refusal(.alreadyExists, ["deposit": earlier.id.hex])
        }
        guard try record.structure == rule.structure(), Set(shares.keys) == Set(rule.holders.parties) else {
            throw Refusal(.depositInvalid, ["party": owner.text, "reason": "holders"])
        }
        guard record.epoch == 1, record.factor == 1,
            (try? ThresholdKey(record, of: execution.rules.publicKey(modulus))) != nil
        else { throw Refusal(.depositInvalid, ["party": owner.text, "reason": "values"]) }
        try execution.write(
            DepositRecord(
                id: execution.transaction.id, owner: owner, pool: pool, at: execution.now, record: record,
                shares: shares, holders: rule.holders.parties, acknowledgements: [], complaints: [:]),
            to: .deposit(owner, pool))
    }

    /// Of the key that is to be shared.
    private func modulus(of owner: PartyName, in execution: Execution) throws -> Data {
        guard let pool else {
            guard let fieldKey = try execution.state.fieldKey(of: execution.department(owner).name) else {
                throw Refusal(.fieldKeyMissing, ["party": owner.text])
            }
            return fieldKey.modulus
        }
        let record = try execution.pool(pool)
        guard record.sharing == nil else { throw Refusal(.keyIsShared, ["pool": pool.text]) }
        guard record.custodian == owner else {
            throw Refusal(
                .notCustodian, ["party": owner.text, "pool": pool.text, "custodian": record.custodian.text])
        }
        return record.modulus
    }
}

/// `escrow.acknowledge`: a holder has opened its share, checked it against the published values, and keeps it.
package struct AcknowledgeDeposit: TransactionBody {
    package static let kind = TransactionKind.acknowledgeDeposit
    package let owner: PartyName
    /// Id of `escrow.deposit`: exactly what was checked.
    package let deposit: Digest
    /// As in the deposit.
    package let pool: PoolName?

    package init(owner: PartyName, deposit: Digest, pool: PoolName? = nil) {
        self.pool = pool
        self.owner = owner
        self.deposit = deposit
    }

    package func checkForm() throws(ContractsError) {}

    package func execute(in execution: inout Execution) throws {
        let deposit = try execution.unsettledDeposit(deposit, of: owner, pool)
            .with(acknowledgement: execution.by)
        try execution.write(deposit, to: .deposit(owner, pool))
        // From now on a result can be opened with its shares, and shown by these values.
        if deposit.isComplete, let key = deposit.poolKey { try execution.write(key, to: .poolEpoch(key.pool, 1)) }
    }
}

/// `escrow.complain`: a holder's share is not what was published. The owner has to deposit anew.
package struct ComplainOfDeposit: TransactionBody {
    package static let kind = TransactionKind.complainOfDeposit
    package let owner: PartyName
    package let deposit: Digest
    /// At most 1 000 characters.
    package let reason: String
    /// As in the deposit.
    package let pool: PoolName?

    package init(owner: PartyName, deposit: Digest, reason: String, pool: PoolName? = nil) {
        self.pool = pool
        self.owner = owner
        self.deposit = deposit
        self.reason = reason
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(text: reason, in: 1...Form.longestText, "reason")
    }

    package func execute(in execution: inout Execution) throws {
        let deposit = try execution.unsettledDeposit(deposit, of: owner, pool)
        try execution.write(deposit.with(complaint: reason, of: execution.by), to: .deposit(owner, pool))
    }
}

extension Execution {
    /// A deposit of which the acting party, a holder, has not spoken yet.
    fileprivate func unsettledDeposit(_ id: Digest, of owner: PartyName, _ pool: PoolName?) throws -> DepositRecord {
        let deposit = try deposit(id, of: owner, pool: pool)
        try checkHolder(deposit.holders, of: owner)
        guard deposit.missing.contains(by) else {
            throw Refusal(.alreadyDecided, ["party": by.text, "deposit": id.hex])
        }
        return deposit
    }
}
