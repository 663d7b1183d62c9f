import Foundation
import Multiprecision
package import Paillier
package import SharingModel
package import SignedEnvelopes

/// `escrow.deposit`: a department shares its key for fields, or a custodian the key of its pool, among those whom the
/// policy names.
///
/// One transaction: the published values, which every node checks as it executes it, and each holder's share, sealed to
/// that holder. It replaces a deposit that is not acknowledged by all. One that is stays in force until all holders of
/// the new one, whose shares are of the epoch after it, have acknowledged.
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
        let inForce = try execution.state.deposit(of: owner, pool: pool).flatMap { $0.isComplete ? $0 : nil }
        if let inForce, record.epoch <= inForce.record.epoch {
            throw Refusal(.alreadyExists, ["deposit": inForce.id.hex])
        }
        guard try record.structure == rule.structure(), Set(shares.keys) == Set(rule.holders.parties) else {
            throw Refusal(.depositInvalid, ["party": owner.text, "reason": "holders"])
        }
        guard record.epoch == (inForce?.record.epoch ?? 0) + 1, record.factor == 1,
            (try? ThresholdKey(record, of: execution.rules.publicKey(modulus))) != nil
        else { throw Refusal(.depositInvalid, ["party": owner.text, "reason": "values"]) }
        try execution.write(
            DepositRecord(
                id: execution.transaction.id, owner: owner, pool: pool, at: execution.now, record: record,
                shares: shares, holders: rule.holders.parties, acknowledgements: [], complaints: [:]),
            to: inForce == nil ? .deposit(owner, pool) : .pendingDeposit(owner, pool))
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

/// `escrow.acknowledge`: a holder has opened its share, checked it against the published values, and keeps it. When the
/// last one has said so, the deposit is in force.
package struct AcknowledgeDeposit: TransactionBody {
    package static let kind = TransactionKind.acknowledgeDeposit
    package let owner: PartyName
    /// Id of `escrow.deposit`: exactly what was checked; of renewed shares, of `escrow.renew`.
    package let deposit: Digest
    /// As in the deposit.
    package let pool: PoolName?
    /// Of renewed shares, and of no others: the digest of the ``PublishedValues`` that the share belongs to.
    package let key: Digest?

    package init(owner: PartyName, deposit: Digest, pool: PoolName? = nil, key: Digest? = nil) {
        self.key = key
        self.pool = pool
        self.owner = owner
        self.deposit = deposit
    }

    package func checkForm() throws(ContractsError) {}

    package func execute(in execution: inout Execution) throws {
        if let renewal = try execution.renewal(deposit, of: owner, pool) {
            return try acknowledge(renewal, in: &execution)
        }
        let deposit = try execution.unsettledDeposit(deposit, of: owner, pool)
        let acknowledged = deposit.with(acknowledgement: execution.by)
        if acknowledged.isComplete {
            try execution.putInForce(acknowledged)
        } else {
            try execution.write(acknowledged, to: try execution.place(of: deposit))
        }
    }

    private func acknowledge(_ renewal: PendingShares, in execution: inout Execution) throws {
        let acknowledged = try execution.acknowledging(renewal, key)
        guard let ceremony = renewal.renewal, let present = try execution.state.deposit(of: owner, pool: pool) else {
            return
        }
        if acknowledged.count == renewal.values.holders.count {
            try execution.putInForce(present.renewed(by: ceremony, renewal.values, at: execution.now))
        } else {
            try execution.write(ceremony.with(acknowledged: acknowledged), to: .ceremony(of: renewal.values.subject))
        }
    }
}

/// `escrow.complain`: a holder's share is not what was published. The owner has to deposit anew, or another renewal has to
/// be begun; what is in force stays so.
package struct ComplainOfDeposit: TransactionBody {
    package static let kind = TransactionKind.complainOfDeposit
    package let owner: PartyName
    package let deposit: Digest
    /// At most 1 000 characters.
    package let reason: String
    /// As in the deposit.
    package let pool: PoolName?
    /// Of renewed shares, and of no others: whose dealing it is.
    package let dealer: PartyName?

    package init(
        owner: PartyName, deposit: Digest, reason: String, pool: PoolName? = nil, dealer: PartyName? = nil
    ) {
        self.dealer = dealer
        self.pool = pool
        self.owner = owner
        self.deposit = deposit
        self.reason = reason
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(text: reason, in: 1...Form.longestText, "reason")
    }

    package func execute(in execution: inout Execution) throws {
        if let renewal = try execution.renewal(deposit, of: owner, pool), let ceremony = renewal.renewal {
            let complaint = try execution.complaining(renewal, of: dealer ?? owner, reason)
            return try execution.write(
                ceremony.with(complaint: complaint), to: .ceremony(of: renewal.values.subject))
        }
        let deposit = try execution.unsettledDeposit(deposit, of: owner, pool)
        try execution.write(
            deposit.with(complaint: reason, of: execution.by), to: try execution.place(of: deposit))
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

    /// A renewal of the deposit's shares that has this id, and whose dealers have all dealt.
    fileprivate func renewal(_ id: Digest, of owner: PartyName, _ pool: PoolName?) throws -> PendingShares? {
        guard let present = try state.deposit(of: owner, pool: pool), present.owner == owner else { return nil }
        return try renewal(id, of: present.subject)
    }

    /// Where a deposit stands that waits for its holders.
    fileprivate func place(of deposit: DepositRecord) throws -> StateKey {
        let pending = try state.pendingDeposit(of: deposit.owner, pool: deposit.pool)
        return pending?.id == deposit.id
            ? .pendingDeposit(deposit.owner, deposit.pool) : .deposit(deposit.owner, deposit.pool)
    }
}
