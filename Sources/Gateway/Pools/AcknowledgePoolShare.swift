import Contracts
package import Ledger
import Paillier
package import SharingModel

/// `pool acknowledge`: a holder takes its share, checks it against what was published, puts it into its vault, and says
/// so on the ledger. A share that is not what was published is complained of instead, and the ceremony is over.
///
/// A command that was killed can be run again: the share is in the vault before the ledger is told, and is taken anew
/// from the same dealings where it is not.
package struct AcknowledgePoolShare: Sendable {
    package let pool: PoolName

    package init(_ pool: PoolName) {
        self.pool = pool
    }

    package struct Acknowledged: Sendable {
        package let receipt: Receipt
        package let epoch: Int
        /// Whether the shares are in force: all holders have acknowledged.
        package let isInForce: Bool
        /// Holders whose acknowledgement is missing, in the structure's order.
        package let missing: [PartyName]
    }

    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where nothing waits for this party, or where the share was
    ///   wrong, after the complaint was recorded; the blob store's errors where a sealed share is not at hand.
    package func run(as session: PartySession) async throws -> Acknowledged {
        let record = try session.state { try $0.knownPool(pool) }
        guard let pending = try PendingShare(record, session) else { return try said(record, session) }
        if !pending.isAcknowledged(by: session.party) {
            do {
                try session.keep(pending.take(session), of: pool)
            } catch let fault as WrongDealing {
                throw try await complain(of: fault, pending, session)
            }
            _ = try await session.submit(
                AcknowledgeShare(pool: pool, ceremony: pending.ceremony, key: pending.key.digest()))
        }
        return try said(session.state { try $0.knownPool(pool) }, session)
    }

    /// What has come of this party's acknowledgement.
    private func said(_ record: PoolRecord, _ session: PartySession) throws -> Acknowledged {
        let (ceremony, key, acknowledged): (Digest, PublishedValues, [PartyName])
        if let pending = try PendingShare(record, session) {
            (ceremony, key, acknowledged) = (pending.ceremony, pending.key, pending.acknowledged)
        } else {
            let (sharing, _) = try session.holding(of: record)
            (ceremony, key, acknowledged) = (sharing.ceremony, sharing.key, sharing.acknowledged)
        }
        guard let receipt = try session.receipt(of: AcknowledgeShare.self, where: { $0.ceremony == ceremony }) else {
            throw GatewayError.notAllowed(
                reason: "no share of pool \(pool) waits for \(session.party)",
                wayOn: "see `chancery pool show \(pool)`")
        }
        let missing = key.holders.filter { !acknowledged.contains($0) }
        if missing.isEmpty { try session.dropOldShares() }
        return Acknowledged(
            receipt: receipt, epoch: key.key.epoch, isInForce: missing.isEmpty, missing: missing)
    }

    private func complain(
        of fault: WrongDealing, _ pending: PendingShare, _ session: PartySession
    ) async throws -> GatewayError {
        let receipt = try await session.submit(
            ComplainOfShare(pool: pool, ceremony: pending.ceremony, dealer: fault.dealer, reason: fault.reason))
        return GatewayError.notAllowed(
            reason: "what \(fault.dealer) dealt to \(session.party) \(fault.reason); the complaint is on the ledger, "
                + "transaction \(receipt.transaction.hex.prefix(12)), and the ceremony is over",
            wayOn: "have another one begun, without \(fault.dealer) if this happens again")
    }
}

/// The share that waits for a holder: of a new pool, or of a renewal whose dealers have all dealt.
struct PendingShare {
    let pool: PoolRecord
    let ceremony: Digest
    let key: PublishedValues
    let acknowledged: [PartyName]
    /// `nil` for a new pool.
    let renewal: ShareCeremony?

    /// - Returns: `nil` where no ceremony waits for this party's word, or a complaint has ended it.
    init?(_ pool: PoolRecord, _ session: PartySession) throws {
        self.pool = pool
        if let renewal = try session.state({ try $0.ceremony(of: pool.name) }), renewal.complaint == nil,
            let key = renewal.key
        {
            (ceremony, self.key, acknowledged) = (renewal.id, key, renewal.acknowledged)
            self.renewal = renewal
        } else if let sharing = pool.sharing, !sharing.isAcknowledged, sharing.complaint == nil {
            (ceremony, key, acknowledged) = (sharing.ceremony, sharing.key, sharing.acknowledged)
            renewal = nil
        } else {
            return nil
        }
        guard key.holders.contains(session.party) else { return nil }
    }

    func isAcknowledged(by party: PartyName) -> Bool { acknowledged.contains(party) }

    /// The share, checked against the published values.
    /// - Throws: ``WrongDealing``; the store's errors.
    func take(_ session: PartySession) throws -> KeyShare {
        guard let sharing = pool.sharing else {
            throw GatewayError.keyMissing(name: "share of pool \(pool.name)", party: session.party)
        }
        if let renewal { return try KeyInShares(pool, sharing, session).take(from: renewal, key, session) }
        let dealt = try session.dealtShare(sharing.shares, by: pool.custodian, of: key, pool.keyFingerprint)
        let shared = try pool.thresholdKey(key)
        return try WrongDealing.check(of: pool.custodian) { () throws(PaillierError) in
            try KeyShare(holder: dealt.holder, value: dealt.value, under: shared)
        }
    }
}
