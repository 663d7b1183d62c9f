import Paillier
package import SharingModel

/// `pool.acknowledge`: a holder has got its share, and it is that of the published values. When the last holder has
/// said so, the shares are in force, and those before them are over.
package struct AcknowledgeShare: TransactionBody {
    package static let kind = TransactionKind.acknowledgeShare
    package let pool: PoolName
    /// Id of the transaction that began the ceremony.
    package let ceremony: Digest
    /// Digest of the ``PublishedValues`` that the share belongs to.
    package let key: Digest

    package init(pool: PoolName, ceremony: Digest, key: Digest) {
        self.pool = pool
        self.ceremony = ceremony
        self.key = key
    }
}

/// `pool.complain`: a holder did not get the share that was published. The ceremony is over; shares that were in force
/// before it stay so.
package struct ComplainOfShare: TransactionBody {
    package static let kind = TransactionKind.complainOfShare
    package let pool: PoolName
    package let ceremony: Digest
    /// Whose dealing it is.
    package let dealer: PartyName
    /// At most 1 000 characters.
    package let reason: String

    package init(pool: PoolName, ceremony: Digest, dealer: PartyName, reason: String) {
        self.pool = pool
        self.ceremony = ceremony
        self.dealer = dealer
        self.reason = reason
    }
}

extension AcknowledgeShare {
    package func checkForm() throws(ContractsError) {}

    package func execute(in execution: inout Execution) throws {
        let record = try execution.pool(pool)
        let pending = try execution.pending(ceremony, of: record)
        let acknowledged = try execution.acknowledging(pending, key)
        let isLast = acknowledged.count == pending.values.holders.count
        if let ceremony = pending.renewal {
            guard isLast else {
                return try execution.write(ceremony.with(acknowledged: acknowledged), to: .ceremony(of: .pool(pool)))
            }
            execution.delete(.ceremony(of: .pool(pool)))
            let sharing = PoolSharing(
                ceremony: ceremony.id, key: pending.values, shares: [], acknowledged: acknowledged, complaint: nil)
            try execution.write(record.with(sharing), to: .pool(pool))
        } else if let sharing = record.sharing {
            try execution.write(record.with(sharing.with(acknowledged: acknowledged)), to: .pool(pool))
        }
        if isLast { try execution.write(pending.values, to: .poolEpoch(pool, pending.values.key.epoch)) }
    }
}

extension ComplainOfShare {
    package func checkForm() throws(ContractsError) {
        try Form.check(text: reason, in: 1...Form.longestText, "reason")
    }

    package func execute(in execution: inout Execution) throws {
        let record = try execution.pool(pool)
        let pending = try execution.pending(ceremony, of: record)
        let complaint = try execution.complaining(pending, of: dealer, reason)
        if let ceremony = pending.renewal {
            try execution.write(ceremony.with(complaint: complaint), to: .ceremony(of: .pool(pool)))
        } else if let sharing = record.sharing {
            try execution.write(record.with(sharing.with(complaint)), to: .pool(pool))
        }
    }
}

extension Execution {
    /// The dealer's own ceremony, when the pool was created, or a renewal.
    fileprivate func pending(_ id: Digest, of pool: PoolRecord) throws -> PendingShares {
        if let sharing = pool.sharing, sharing.ceremony == id, !sharing.isAcknowledged {
            return PendingShares(
                ceremony: id, values: sharing.key, dealers: [pool.custodian], acknowledged: sharing.acknowledged,
                complaint: sharing.complaint, renewal: nil)
        }
        // A ceremony of the pool's key in escrow is no ceremony of the pool.
        guard pool.sharing != nil, let renewal = try renewal(id, of: .pool(pool.name)) else {
            throw Refusal(.ceremonyUnknown, ["pool": pool.name.text, "ceremony": id.hex])
        }
        return renewal
    }
}
