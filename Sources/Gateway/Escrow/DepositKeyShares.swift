import Contracts
import KeyVault
package import Ledger
import Paillier
package import SharingModel
import SignedEnvelopes

/// `escrow deposit`: a department shares its key for fields, or a custodian that of its pool, among the holders whom the
/// policy names.
///
/// The shares exist in this process only, and sealed to their holders in one transaction. A command that was killed
/// either left that very envelope, which the next run submits, or nothing at all.
package struct DepositKeyShares {
    /// Whose key; `nil` for the key for fields.
    package let pool: PoolName?
    /// Whether to deal again what all holders of the policy have acknowledged, for example for one who has lost its vault.
    /// Where the policy names other holders than the deposit has, that is done without being asked for.
    package let anew: Bool

    package init(pool: PoolName? = nil, anew: Bool = false) {
        self.pool = pool
        self.anew = anew
    }

    package struct Deposited: Sendable {
        package let receipt: Receipt
        package let holders: [PartyName]
    }

    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where the policy asks for nothing, or there is no key.
    package func run(as session: PartySession) async throws -> Deposited {
        guard let rule = try session.state({ try $0.escrowRule(for: session.party) }) else {
            throw GatewayError.notAllowed(
                reason: "the consortium's policy asks for no escrow of \(session.party)",
                wayOn: "a rule stands in `escrow.yaml` of the policies that a consortium is founded with")
        }
        try checkKey(session)
        let unfinished = try await UnfinishedTransaction(["escrow.deposit"] + (pool.map { [$0.text] } ?? []), session)
        let receipt: Receipt
        if let earlier = try standing(rule, session) {
            receipt = earlier
        } else {
            receipt = try await unfinished.submit { try deal(rule, session) }
        }
        try unfinished.end()
        return Deposited(receipt: receipt, holders: rule.holders.parties)
    }

    /// The deposit that waits for the policy's holders, of which none complains: a command that was killed before it could
    /// tell of it would otherwise put another in its place, and void the shares that holders have kept.
    private func standing(_ rule: EscrowRule, _ session: PartySession) throws -> Receipt? {
        let waiting = try session.state { state in
            try state.pendingDeposit(of: session.party, pool: pool)
                ?? state.deposit(of: session.party, pool: pool).flatMap { $0.isComplete ? nil : $0 }
        }
        guard let waiting, waiting.complaints.isEmpty, waiting.follows(rule) else { return nil }
        return try session.ledger.read { try $0.receipt(of: waiting.id) }
    }

    private func checkKey(_ session: PartySession) throws {
        guard let pool else {
            guard try session.state({ try $0.fieldKey(of: session.party) }) != nil else {
                throw GatewayError.notAllowed(
                    reason: "\(session.party) has no key for fields", wayOn: "make it with `chancery escrow key`")
            }
            return
        }
        let record = try session.state { try $0.knownPool(pool) }
        guard record.custodian == session.party, record.sharing == nil else {
            throw GatewayError.notAllowed(
                reason: "\(session.party) does not hold the key of pool \(pool)",
                wayOn: record.sharing == nil
                    ? "\(record.custodian) deposits it" : "it is in shares already, which is what escrow is for")
        }
    }

    private func deal(_ rule: EscrowRule, _ session: PartySession) throws -> DepositKey {
        let whole = try pool.map { try session.poolKey($0) } ?? session.vault.fieldKey()
        let inForce = try session.state { try $0.deposit(of: session.party, pool: pool) }
            .flatMap { $0.isComplete ? $0 : nil }
        // One that is in force and needs none in its place is left to the ledger to refuse.
        let epoch = inForce.map { anew || !$0.follows(rule) ? $0.record.epoch + 1 : $0.record.epoch } ?? 1
        let (key, shares) = try ThresholdKey.deal(whole, over: rule.structure(), epoch: epoch)
        var sealed: [PartyName: SealedMessage] = [:]
        for (holder, share) in zip(rule.holders.parties, shares) {
            let address = try EscrowShare.Address(
                ledger: session.ledger.identity, owner: session.party, pool: pool, holder: holder, record: key.record)
            sealed[holder] = try EscrowShare.seal(share, at: address, to: session.sealingKey(of: holder))
        }
        return DepositKey(record: key.record, shares: sealed, pool: pool)
    }
}
