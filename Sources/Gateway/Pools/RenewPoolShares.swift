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

/// `pool deal`: a holder adds its dealing to the ceremony that was proposed.
package struct DealPoolShares: Sendable {
    package let pool: PoolName

    package init(_ pool: PoolName) {
        self.pool = pool
    }

    package struct Dealt: Sendable {
        package let receipt: Receipt
        /// Of the shares that are being made.
        package let epoch: Int
        /// Who has not dealt yet.
        package let missing: [PartyName]
    }

    package func run(as session: PartySession) async throws -> Dealt {
        let record = try session.state { try $0.knownPool(pool) }
        guard let ceremony = try session.state({ try $0.ceremony(of: pool) }), ceremony.complaint == nil,
            ceremony.dealers.contains(session.party), let sharing = record.sharing
        else {
            throw GatewayError.notAllowed(
                reason: "no ceremony of pool \(pool) waits for a dealing of \(session.party)",
                wayOn: "see `chancery pool show \(pool)`; one is proposed with `chancery pool refresh`")
        }
        if let receipt = try session.receipt(of: DealShares.self, where: { $0.ceremony == ceremony.id }) {
            return try dealt(receipt, ceremony, session)
        }
        let (commitments, shares) = try KeyInShares(record, sharing, session).deal(for: ceremony, session)
        let receipt = try await session.submit(
            DealShares(pool: pool, ceremony: ceremony.id, commitments: commitments, shares: shares))
        return try dealt(receipt, ceremony, session)
    }

    private func dealt(_ receipt: Receipt, _ ceremony: ShareCeremony, _ session: PartySession) throws -> Dealt {
        let known = try session.state { try $0.ceremony(of: pool) }
        let done = (known?.id == ceremony.id ? known : nil)?.dealings.map(\.dealer) ?? ceremony.dealers
        return Dealt(
            receipt: receipt, epoch: ceremony.epoch, missing: ceremony.dealers.filter { !done.contains($0) })
    }
}
