import Contracts
package import Ledger
package import Paillier
package import SharingModel

/// `pool refresh`, `pool reshare`: proposes new shares of a pool's key. The key stays.
package struct RenewPoolShares: Sendable {
    package let pool: PoolName
    /// `nil` for those that there are.
    package let holders: [PartyName]?
    /// `nil` for the one that there is.
    package let structure: AccessStructure?
    /// Who deals; `nil` for all holders of a refreshing, and for the first that suffice of a resharing.
    package let dealers: [PartyName]?

    package init(
        _ pool: PoolName, holders: [PartyName]? = nil, structure: AccessStructure? = nil, dealers: [PartyName]? = nil
    ) {
        self.pool = pool
        self.holders = holders
        self.structure = structure
        self.dealers = dealers
    }

    package func run(as session: PartySession) async throws -> (receipt: Receipt, dealers: [PartyName]) {
        let record = try session.state { try $0.knownPool(pool) }
        guard let sharing = record.sharing else {
            throw GatewayError.notAllowed(
                reason: "\(record.custodian) holds the whole key of pool \(pool)",
                wayOn: "a pool whose key is in shares is made with `chancery pool create --threshold`")
        }
        let (present, structure) = (sharing.key, structure ?? sharing.key.key.structure)
        let holders = holders ?? present.holders
        let isRefreshing = holders == present.holders && structure == present.key.structure
        let dealers =
            try self.dealers ?? KeyInShares(record, sharing, session).dealers(forRefreshing: isRefreshing)
        let body = RenewShares(pool: pool, holders: holders, structure: structure, dealers: dealers)
        // A command that was killed has proposed it already.
        if let running = try session.state({ try $0.ceremony(of: pool) }), running.by == session.party,
            running.complaint == nil, running.holders == holders, running.structure == structure,
            running.dealers == body.dealers, let receipt = try session.ledger.read({ try $0.receipt(of: running.id) })
        {
            return (receipt, body.dealers)
        }
        return (try await session.submit(body), body.dealers)
    }
}

/// `pool deal`: a holder adds its dealing to the ceremony that it has agreed to.
///
/// Any holder can propose one, and the pool's dealer put another in the place of one that runs: where holders expect their
/// shares to be refreshed, a resharing to others could have been proposed in the meantime. So who deals says for which,
/// and for whom.
package struct DealPoolShares: Sendable {
    package let pool: PoolName
    /// Any beginning of the ceremony's id.
    package let ceremony: String
    /// Who is to open afterwards; can be left out of a refreshing, which changes nothing of that.
    package let holders: CreatePoolKey.Holders?

    package init(_ pool: PoolName, ceremony: String, holders: CreatePoolKey.Holders? = nil) {
        self.pool = pool
        self.ceremony = ceremony
        self.holders = holders
    }

    package struct Dealt: Sendable {
        package let receipt: Receipt
        /// Of the shares that are being made.
        package let epoch: Int
        /// Who has not dealt yet.
        package let missing: [PartyName]
    }

    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where no ceremony waits for this party, or one that it has not
    ///   named, or that is for others than it says.
    package func run(as session: PartySession) async throws -> Dealt {
        let record = try session.state { try $0.knownPool(pool) }
        guard let ceremony = try session.state({ try $0.ceremony(of: pool) }), ceremony.complaint == nil,
            ceremony.dealers.contains(session.party), let sharing = record.sharing
        else {
            throw GatewayError.notAllowed(
                reason: "no ceremony of pool \(pool) waits for a dealing of \(session.party)",
                wayOn: "see `chancery pool show \(pool)`; one is proposed with `chancery pool refresh`")
        }
        try check(ceremony)
        if let receipt = try session.receipt(of: DealShares.self, where: { $0.ceremony == ceremony.id }) {
            return try dealt(receipt, ceremony, session)
        }
        let (commitments, shares) = try KeyInShares(record, sharing, session).deal(for: ceremony, session)
        let receipt = try await session.submit(
            DealShares(pool: pool, ceremony: ceremony.id, commitments: commitments, shares: shares))
        return try dealt(receipt, ceremony, session)
    }

    /// That it is the one which was agreed to, and for whom.
    private func check(_ ceremony: ShareCeremony) throws {
        let look = "see `chancery pool show \(pool)`, and deal if that is what you have agreed to"
        try ceremony.check(isNamed: self.ceremony, "pool \(pool)", wayOn: look)
        guard let holders else {
            guard ceremony.isRefreshing else {
                throw GatewayError.notAllowed(
                    reason: "ceremony \(self.ceremony) gives the shares to other holders, or other sets of them",
                    wayOn: "repeat with --holders who is to open; " + look)
            }
            return
        }
        guard holders.parties == ceremony.holders, holders.structure == ceremony.structure else {
            throw GatewayError.notAllowed(
                reason: "ceremony \(self.ceremony) is for other holders than these, or other sets of them", wayOn: look)
        }
    }

    private func dealt(_ receipt: Receipt, _ ceremony: ShareCeremony, _ session: PartySession) throws -> Dealt {
        let known = try session.state { try $0.ceremony(of: pool) }
        let done = (known?.id == ceremony.id ? known : nil)?.dealings.map(\.dealer) ?? ceremony.dealers
        return Dealt(
            receipt: receipt, epoch: ceremony.epoch, missing: ceremony.dealers.filter { !done.contains($0) })
    }
}
