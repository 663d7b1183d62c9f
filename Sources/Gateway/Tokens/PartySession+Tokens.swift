package import Contracts
package import Ledger
package import SharingModel

/// What a token is asked for.
package enum TokenScope: Sendable {
    case pool(PoolName)
    case datasets([DatasetName])
}

/// What a token is asked for, by `token request`.
package struct TokenWish: Sendable {
    package let scope: TokenScope
    package let packs: [PackName]
    package let purpose: String
    package let uses: Int64
    package let until: Timestamp
    /// Registered plans that it is limited to; `nil` for any plan.
    package let contracts: [ContractReference]?

    package init(
        scope: TokenScope, packs: [PackName], purpose: String, uses: Int64, until: Timestamp,
        contracts: [ContractReference]? = nil
    ) {
        self.scope = scope
        self.packs = packs
        self.purpose = purpose
        self.uses = uses
        self.until = until
        self.contracts = contracts
    }
}

extension PartySession {
    /// `token request`. The receipt's transaction names the token.
    package func requestToken(_ wish: TokenWish) async throws -> Receipt {
        switch wish.scope {
        case .pool(let pool):
            _ = try state { try $0.knownPool(pool) }
            return try await submit(
                RequestToken(
                    pool: pool, packs: wish.packs, purpose: wish.purpose, uses: wish.uses, until: wish.until,
                    contracts: wish.contracts))
        case .datasets(let datasets):
            for dataset in datasets { _ = try state { try $0.knownDataset(dataset) } }
            return try await submit(
                RequestToken(
                    datasets: datasets, packs: wish.packs, purpose: wish.purpose, uses: wish.uses, until: wish.until,
                    contracts: wish.contracts))
        }
    }

    /// `token approve`: for all of the token's datasets that this party owns.
    /// - Returns: `nil` where this party had approved everything of its own already; nothing was written.
    package func approveToken(_ reference: String) async throws -> Receipt? {
        let token = try state { try $0.token(matching: reference) }
        if token.isApproved(by: party) { return nil }
        return try await submit(ApproveToken(token: token.id))
    }

    package func denyToken(_ reference: String, reason: String?) async throws -> Receipt {
        let token = try state { try $0.token(matching: reference) }
        return try await submit(DenyToken(token: token.id, reason: reason))
    }

    /// `token revoke`: an owner takes its datasets out of the token; the grantee gives the whole token back.
    package func revokeToken(_ reference: String, reason: String?) async throws -> Receipt {
        let token = try state { try $0.token(matching: reference) }
        return try await submit(RevokeToken(token: token.id, reason: reason))
    }
}

extension Token {
    /// Whether `owner` owns some of the token's datasets and has approved each of them.
    fileprivate func isApproved(by owner: PartyName) -> Bool {
        let own = datasets.filter { $0.consent.owners.contains(owner) }
        return !own.isEmpty
            && own.allSatisfy { dataset in
                dataset.revocation == nil
                    && dataset.consent.decisions.contains { $0.owner == owner && $0.approves }
            }
    }
}
