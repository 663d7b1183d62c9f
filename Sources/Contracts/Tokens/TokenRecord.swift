package import BlobStore
package import SharingModel

/// The terms of a token: what was requested. Never rewritten.
package struct TokenRecord: Codable, Hashable, Sendable {
    /// Id of the `token.request` transaction.
    package let id: Digest
    package let grantee: PartyName
    package let pool: PoolName
    /// Sorted.
    package let packs: [PackName]
    package let purpose: String
    package let uses: Int64
    package let until: Timestamp
    /// Registered plans that it is limited to, sorted; `nil` for any plan.
    package let contracts: [ContractReference]?
    package let requestedAt: Timestamp
}

/// One dataset of a token.
///
/// The token is for the version that was current at the request: a redemption's inputs are these manifests. When
/// another version takes its place, this dataset of the token cannot be redeemed any more, and a new token has to be
/// asked for; results that were computed before may still be opened.
package struct TokenDatasetRecord: Codable, Hashable, Sendable {
    package let token: Digest
    package let dataset: DatasetName
    package let manifest: CID
    /// Columns that open together, by pack: what the owners are asked for.
    package let packs: [PackName: [String]]
    package let consent: Consent
    /// One owner is enough to take the dataset out of the token.
    package let revocation: Withdrawal?

    package enum Status: String, Codable, Hashable, Sendable {
        case requested
        case approved
        case denied
        case revoked
    }

    package var status: Status {
        if revocation != nil { return .revoked }
        return switch consent.status {
        case .pending: .requested
        case .given: .approved
        case .denied: .denied
        }
    }

    func decided(_ decision: OwnerDecision) -> TokenDatasetRecord {
        TokenDatasetRecord(
            token: token, dataset: dataset, manifest: manifest, packs: packs, consent: consent.adding(decision),
            revocation: revocation)
    }

    func revoked(_ revocation: Withdrawal) -> TokenDatasetRecord {
        TokenDatasetRecord(
            token: token, dataset: dataset, manifest: manifest, packs: packs, consent: consent, revocation: revocation)
    }
}

/// What changes at every redemption, kept apart so that a redemption writes little.
package struct TokenUsesRecord: Codable, Hashable, Sendable {
    /// Redemptions so far; never above the token's uses.
    package let taken: Int64
    /// Set when the grantee gave the whole token back.
    package let givenBack: Withdrawal?
}
