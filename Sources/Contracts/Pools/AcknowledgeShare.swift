import Paillier
package import SharingModel

/// `pool.acknowledge`: a holder has got its share, and it is that of the published values. When the last holder has
/// said so, the shares are in force, and those before them are over.
package struct AcknowledgeShare: TransactionBody {
    package static let kind = TransactionKind.acknowledgeShare
    package let pool: PoolName
    /// Id of the transaction that began the ceremony.
    package let ceremony: Digest
    /// Digest of the ``PoolKey`` that the share belongs to.
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
        guard try pending.key.digest() == key else {
            throw Refusal(.ceremonyUnknown, ["pool": pool.text, "ceremony": ceremony.hex])
        }
        guard !pending.acknowledged.contains(execution.by) else {
            throw Refusal(.alreadyDecided, ["party": execution.by.text, "pool": pool.text])
        }
        let acknowledged = (pending.acknowledged + [execution.by]).sorted()
        let isLast = acknowledged.count == pending.key.holders.count
        if let ceremony = pending.renewal {
            guard isLast else {
                try execution.write(ceremony.with(acknowledged: acknowledged), to: .poolCeremony(pool))
                return
            }
            execution.delete(.poolCeremony(pool))
            let sharing = PoolSharing(
                ceremony: ceremony.id, key: pending.key, shares: [], acknowledged: acknowledged, complaint: nil)
            try execution.write(record.with(sharing), to: .pool(pool))
        } else if let sharing = record.sharing {
            try execution.write(record.with(sharing.with(acknowledged: acknowledged)), to: .pool(pool))
        }
        if isLast { try execution.write(pending.key, to: .poolEpoch(pool, pending.key.key.epoch)) }
    }
}

extension ComplainOfShare {
    package func checkForm() throws(ContractsError) {
        try Form.check(text: reason, in: 1...Form.longestText, "reason")
    }

    package func execute(in execution: inout Execution) throws {
        let record = try execution.pool(pool)
        let pending = try execution.pending(ceremony, of: record)
        guard pending.dealers.contains(dealer) else {
            throw Refusal(
                .notAHolder,
                ["party": dealer.text, "pool": pool.text, "holds": "has dealt nothing in this ceremony of"])
        }
        guard !pending.acknowledged.contains(execution.by) else {
            throw Refusal(.alreadyDecided, ["party": execution.by.text, "pool": pool.text])
        }
        let complaint = ShareComplaint(by: execution.by, dealer: dealer, reason: reason, at: execution.now)
        if let ceremony = pending.renewal {
            try execution.write(ceremony.with(complaint: complaint), to: .poolCeremony(pool))
        } else if let sharing = record.sharing {
            try execution.write(record.with(sharing.with(complaint)), to: .pool(pool))
        }
    }
}

/// A ceremony that waits for the acting party's word.
struct PendingShares {
    let key: PoolKey
    let dealers: [PartyName]
    let acknowledged: [PartyName]
    /// `nil` for the dealer's own ceremony, when the pool was created.
    let renewal: PoolCeremony?
}

extension Execution {
    fileprivate func pending(_ id: Digest, of pool: PoolRecord) throws -> PendingShares {
        let pending: PendingShares
        let complaint: ShareComplaint?
        if let sharing = pool.sharing, sharing.ceremony == id, !sharing.isAcknowledged {
            pending = PendingShares(
                key: sharing.key, dealers: [pool.custodian], acknowledged: sharing.acknowledged, renewal: nil)
            complaint = sharing.complaint
        } else if let ceremony = try state.ceremony(of: pool.name), ceremony.id == id, let key = ceremony.key {
            pending = PendingShares(
                key: key, dealers: ceremony.dealers, acknowledged: ceremony.acknowledged, renewal: ceremony)
            complaint = ceremony.complaint
        } else {
            throw Refusal(.ceremonyUnknown, ["pool": pool.name.text, "ceremony": id.hex])
        }
        if let complaint {
            throw Refusal(
                .ceremonyEnded, ["pool": pool.name.text, "ceremony": id.hex, "party": complaint.by.text])
        }
        guard pending.key.holders.contains(by) else {
            throw Refusal(
                .notAHolder, ["party": by.text, "pool": pool.name.text, "holds": "gets no share of"])
        }
        return pending
    }
}
