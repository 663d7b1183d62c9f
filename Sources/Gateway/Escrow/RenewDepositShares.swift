import Contracts
package import Ledger
import Paillier
package import SharingModel

/// `escrow refresh`, `escrow reshare`: a holder, or the owner, proposes new shares of a deposit. The key stays, and the
/// owner's own key is not needed.
package struct RenewDepositShares: Sendable {
    package let owner: PartyName
    /// `nil` for the owner's key for fields.
    package let pool: PoolName?
    /// Whether the shares are moved, because the policy names other holders than have them now.
    package let moves: Bool
    /// Who deals; `nil` for all holders of a refreshing, and for the first that suffice of a resharing.
    package let dealers: [PartyName]?

    package init(owner: PartyName, pool: PoolName? = nil, moves: Bool, dealers: [PartyName]? = nil) {
        self.owner = owner
        self.pool = pool
        self.moves = moves
        self.dealers = dealers
    }

    package struct Proposed: Sendable {
        package let receipt: Receipt
        package let dealers: [PartyName]
        /// Who gets the new shares.
        package let holders: [PartyName]
    }

    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where no deposit is in force, or the policy asks for the other
    ///   of the two.
    package func run(as session: PartySession) async throws -> Proposed {
        let deposit = try session.depositInForce(of: owner, pool: pool)
        guard let rule = try session.state({ try $0.escrowRule(for: owner) }), deposit.follows(rule) != moves else {
            throw GatewayError.notAllowed(
                reason: moves
                    ? "the policy names the holders that the deposit has"
                    : "the policy names other holders than the deposit has",
                wayOn: moves
                    ? "other holders are put into the policy with `chancery registry propose escrow`"
                    : "move the shares with `chancery escrow reshare`")
        }
        let shared = try KeyInShares(deposit, session)
        let body = RenewDeposit(
            owner: owner, pool: pool, dealers: try dealers ?? shared.dealers(forRefreshing: !moves))
        func proposed(_ receipt: Receipt) -> Proposed {
            Proposed(receipt: receipt, dealers: body.dealers, holders: rule.holders.parties)
        }
        // A command that was killed has proposed it already.
        if let running = shared.ceremony, running.by == session.party, running.complaint == nil,
            running.holders == rule.holders.parties, try running.structure == rule.structure(),
            running.dealers == body.dealers, let receipt = try session.ledger.read({ try $0.receipt(of: running.id) })
        {
            return proposed(receipt)
        }
        return proposed(try await session.submit(body))
    }
}

/// `escrow deal`: a holder adds its dealing to the renewal that it has agreed to, as in ``DealPoolShares``. To whom shares
/// are moved need not be said: a quorum has put them into the policy.
package struct DealDepositShares: Sendable {
    package let owner: PartyName
    /// `nil` for the owner's key for fields.
    package let pool: PoolName?
    /// Any beginning of the ceremony's id.
    package let ceremony: String

    package init(owner: PartyName, pool: PoolName? = nil, ceremony: String) {
        self.owner = owner
        self.pool = pool
        self.ceremony = ceremony
    }

    package struct Dealt: Sendable {
        package let receipt: Receipt
        /// Of the shares that are being made.
        package let epoch: Int
        /// Who has not dealt yet.
        package let missing: [PartyName]
    }

    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where no renewal waits for this party, or one that it has not
    ///   named.
    package func run(as session: PartySession) async throws -> Dealt {
        let deposit = try session.depositInForce(of: owner, pool: pool)
        let shared = try KeyInShares(deposit, session)
        guard let ceremony = shared.ceremony, ceremony.complaint == nil, ceremony.dealers.contains(session.party) else {
            throw GatewayError.notAllowed(
                reason: "no renewal of this deposit of \(owner) waits for a dealing of \(session.party)",
                wayOn: "see `chancery escrow list`; one is proposed with `chancery escrow refresh` or `reshare`")
        }
        try ceremony.check(
            isNamed: self.ceremony, pool.map { "pool \($0)" } ?? "the key of \(owner)",
            wayOn: "see `chancery escrow list`, and deal if that is what you have agreed to")
        let receipt: Receipt
        if let earlier = try session.receipt(of: DealDeposit.self, where: { $0.ceremony == ceremony.id }) {
            receipt = earlier
        } else {
            let (commitments, shares) = try shared.deal(for: ceremony, session)
            receipt = try await session.submit(
                DealDeposit(
                    owner: owner, pool: pool, ceremony: ceremony.id, commitments: commitments, shares: shares))
        }
        let known = try session.state { try $0.ceremony(of: deposit.subject) }
        let waiting = (known?.id == ceremony.id ? known : nil)?.silent ?? []
        return Dealt(receipt: receipt, epoch: ceremony.epoch, missing: waiting)
    }
}
