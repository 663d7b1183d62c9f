package import SharingModel

/// A token as it stands: its terms, what the owners said, and what was used.
package struct Token: Hashable, Sendable {
    package let terms: TokenRecord
    /// Sorted by name.
    package let datasets: [TokenDatasetRecord]
    package let uses: TokenUsesRecord

    package var id: Digest { terms.id }

    /// Redemptions that are left, never negative.
    package var usesLeft: Int64 { terms.uses - uses.taken }

    /// Where the token stands in its life at block time `time`.
    ///
    /// `requested → approved | denied`, `approved → redeemed × uses → exhausted | expired | revoked`. It is approved
    /// as soon as one of its datasets is, for that one.
    package func status(at time: Timestamp) -> TokenStatus {
        if uses.givenBack != nil { return .revoked }
        if usesLeft <= 0 { return .exhausted }
        let statuses = Set(datasets.map(\.status))
        if statuses.isSubset(of: [.denied]) { return .denied }
        if statuses.isSubset(of: [.denied, .revoked]) { return .revoked }
        if terms.until <= time { return .expired }
        return statuses.contains(.approved) ? .approved : .requested
    }

    /// What the token gives now: the datasets that all needed owners approved and nobody revoked.
    package var approvedDatasets: [TokenDatasetRecord] {
        datasets.filter { $0.status == .approved }
    }
}

/// Where a token stands in its life.
package enum TokenStatus: String, Codable, Hashable, Sendable, CaseIterable {
    case requested
    case approved
    case denied
    case exhausted
    case expired
    case revoked
}
