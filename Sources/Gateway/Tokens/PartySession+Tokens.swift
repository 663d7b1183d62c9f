import Contracts
package import Ledger
import SharingModel

extension PartySession {
    /// `token request`.
    ///
    /// A command that was killed can be run again: it finds what it had signed and submits that, so that one command
    /// makes one request. So whoever has told the caller says ``RequestedToken/acknowledge()``.
    package func requestToken(_ wish: TokenWish) async throws -> RequestedToken {
        switch wish.scope {
        case .pool(let pool, _): _ = try state { try $0.knownPool(pool) }
        case .datasets(let datasets):
            for dataset in datasets { _ = try state { try $0.knownDataset(dataset) } }
        }
        let unfinished = try await UnfinishedTransaction(wish, self)
        let receipt = try await unfinished.submit { try request(wish) }
        return RequestedToken(receipt: receipt, unfinished: unfinished)
    }

    private func request(_ wish: TokenWish) throws -> RequestToken {
        let now = try now()
        let until =
            switch wish.until {
            case .at(let time): time
            case .after(let seconds): now.adding(seconds: seconds)
            }
        func request(_ datasets: [DatasetName]) -> RequestToken {
            RequestToken(
                datasets: datasets, packs: wish.packs, purpose: wish.purpose, uses: wish.uses, until: until,
                contracts: wish.contracts)
        }
        switch wish.scope {
        case .datasets(let datasets): return request(datasets)
        case .pool(let pool, let leftOut) where leftOut.isEmpty:
            return RequestToken(
                pool: pool, packs: wish.packs, purpose: wish.purpose, uses: wish.uses, until: until,
                contracts: wish.contracts)
        case .pool(let pool, let leftOut):
            let inUse = try state { try $0.datasets(in: pool) }.filter { $0.status(at: now) == .inUse }.map(\.name)
            let chosen = try DatasetSelection.without(leftOut).chosen(of: inUse) { $0 }
            guard !chosen.isEmpty else {
                throw GatewayError.notAllowed(
                    reason: "all datasets of the pool \(pool) are left out", wayOn: "name fewer")
            }
            return request(chosen)
        }
    }

    /// `token approve`: for all of the token's datasets that this party owns.
    /// - Returns: `nil` where this party had approved everything of its own already; nothing was written.
    package func approveToken(_ reference: String) async throws -> Receipt? {
        let token = try state { try $0.token(matching: reference) }
        if token.isApproved(by: party) { return nil }
        return try await submit(ApproveToken(token: token.id))
    }

    /// `token deny`: for all of the token's datasets that this party owns.
    /// - Returns: `nil` where this party had denied everything of its own already; nothing was written.
    package func denyToken(_ reference: String, reason: String?) async throws -> Receipt? {
        let token = try state { try $0.token(matching: reference) }
        if token.isDenied(by: party) { return nil }
        return try await submit(DenyToken(token: token.id, reason: reason))
    }

    /// `token revoke`: an owner takes its datasets out of the token; the grantee gives the whole token back.
    /// - Returns: `nil` where this party had done so already; nothing was written.
    package func revokeToken(_ reference: String, reason: String?) async throws -> Receipt? {
        let token = try state { try $0.token(matching: reference) }
        if token.isRevoked(by: party) { return nil }
        return try await submit(RevokeToken(token: token.id, reason: reason))
    }
}

extension Token {
    private func datasets(of owner: PartyName) -> [TokenDatasetRecord] {
        datasets.filter { $0.consent.owners.contains(owner) }
    }

    /// Whether `owner` owns some of the token's datasets and has approved each of them.
    fileprivate func isApproved(by owner: PartyName) -> Bool {
        let own = datasets(of: owner)
        return !own.isEmpty && own.allSatisfy { $0.revocation == nil && $0.decision(of: owner)?.approves == true }
    }

    /// Whether `owner` owns some of the token's datasets and has denied each of them.
    fileprivate func isDenied(by owner: PartyName) -> Bool {
        let own = datasets(of: owner)
        return !own.isEmpty && own.allSatisfy { $0.decision(of: owner)?.approves == false }
    }

    /// Whether `party` has given the token back, or taken each of its own datasets out of it.
    fileprivate func isRevoked(by party: PartyName) -> Bool {
        if terms.grantee == party { return uses.givenBack?.by == party }
        let own = datasets(of: party)
        return !own.isEmpty && own.allSatisfy { $0.revocation?.by == party }
    }
}

extension TokenDatasetRecord {
    fileprivate func decision(of owner: PartyName) -> OwnerDecision? {
        consent.decisions.first { $0.owner == owner }
    }
}
