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

    package init(pool: PoolName? = nil) {
        self.pool = pool
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
        if let earlier = try standing(session) {
            receipt = earlier
        } else {
            receipt = try await unfinished.submit { try deal(rule, session) }
        }
        try unfinished.end()
        return Deposited(receipt: receipt, holders: rule.holders.parties)
    }

    /// The deposit that waits for its holders, of which none complains: a command that was killed before it could tell of it
    /// would otherwise put another in its place, and void the shares that holders have kept.
    private func standing(_ session: PartySession) throws -> Receipt? {
        guard let deposit = try session.state({ try $0.deposit(of: session.party, pool: pool) }),
            !deposit.isComplete, deposit.complaints.isEmpty
        else { return nil }
        return try session.ledger.read { try $0.receipt(of: deposit.id) }
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
        let whole = try pool.map { try session.vault.poolKey($0) } ?? session.vault.fieldKey()
        let (key, shares) = try ThresholdKey.deal(whole, over: rule.structure())
        var sealed: [PartyName: SealedMessage] = [:]
        for (holder, share) in zip(rule.holders.parties, shares) {
            let address = try EscrowShare.Address(
                ledger: session.ledger.identity, owner: session.party, pool: pool, holder: holder, record: key.record)
            sealed[holder] = try EscrowShare.seal(share, at: address, to: session.sealingKey(of: holder))
        }
        return DepositKey(record: key.record, shares: sealed, pool: pool)
    }
}

/// `escrow acknowledge`: a holder opens the shares that wait for it, checks each against the published values, keeps
/// it in its vault, and says so on the ledger. Of a share that is not what was published it complains there.
package struct AcknowledgeDeposits {
    /// Whose deposit; `nil` for all that wait.
    package let owner: PartyName?

    package init(owner: PartyName? = nil) {
        self.owner = owner
    }

    package struct Answer: Sendable {
        package let owner: PartyName
        /// `nil` for the owner's key for fields.
        package let pool: PoolName?
        package let receipt: Receipt
        /// What is wrong with the share; `nil` where it was acknowledged.
        package let complaint: String?
    }

    /// - Returns: One answer for each deposit that waited; none where nothing did.
    package func run(as session: PartySession) async throws -> [Answer] {
        let waiting = try session.state { try $0.deposits() }.filter {
            $0.missing.contains(session.party) && (owner == nil || owner == $0.owner)
        }
        var answers = [Answer]()
        for deposit in waiting { answers.append(try await answer(deposit, session)) }
        try dropVoidShares(session)
        return answers
    }

    /// Takes shares out of the vault whose deposit another has replaced, or a holder has complained of: they are of the
    /// same key as those that count.
    private func dropVoidShares(_ session: PartySession) throws {
        let kept = Set(try session.vault.names().filter { $0.text.hasPrefix("escrow.") })
        guard !kept.isEmpty else { return }
        let standing = Set(try session.state { try $0.deposits() }.filter(\.complaints.isEmpty).map(\.id))
        // Of this ledger: others have deposits of their own.
        let made = try session.ledger.read { try EvidenceTransactions.accepted(DepositKey.self, $0) }.map(\.id)
        for name in Set(made).subtracting(standing).compactMap(SecretName.escrowShare) where kept.contains(name) {
            try session.vault.remove(name)
        }
    }

    private func answer(_ deposit: DepositRecord, _ session: PartySession) async throws -> Answer {
        do {
            let share = try EscrowShare.open(
                deposit, on: session.ledger.identity, for: session.party, under: session.sharedKey(deposit),
                with: session.vault.unsealingKey())
            guard let name = SecretName.escrowShare(deposit.id) else { throw EscrowShareFault.cannotOpen }
            // In the vault before the ledger hears of it: what is acknowledged is there.
            try session.vault.store(name, share.withSerialized { SecretBytes(copying: $0) })
        } catch let fault as EscrowShareFault {
            let receipt = try await session.submit(
                ComplainOfDeposit(
                    owner: deposit.owner, deposit: deposit.id, reason: fault.rawValue, pool: deposit.pool))
            return Answer(owner: deposit.owner, pool: deposit.pool, receipt: receipt, complaint: fault.rawValue)
        }
        let receipt = try await session.submit(
            AcknowledgeDeposit(owner: deposit.owner, deposit: deposit.id, pool: deposit.pool))
        return Answer(owner: deposit.owner, pool: deposit.pool, receipt: receipt, complaint: nil)
    }
}
