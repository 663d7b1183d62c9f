package import SharingModel

extension LedgerState {
    package func token(_ id: Digest) throws -> Token? {
        guard let terms = try read(TokenRecord.self, at: .token(id)) else { return nil }
        return try token(terms)
    }

    /// Sorted by id.
    package func tokens() throws -> [Token] {
        try readAll(TokenRecord.self, under: .tokens).map(token)
    }

    private func token(_ terms: TokenRecord) throws -> Token {
        Token(
            terms: terms, datasets: try readAll(TokenDatasetRecord.self, under: .tokenDatasets(terms.id)),
            uses: try uses(of: terms.id))
    }

    func uses(of token: Digest) throws -> TokenUsesRecord {
        try read(TokenUsesRecord.self, at: .tokenUses(token)) ?? TokenUsesRecord(taken: 0, givenBack: nil)
    }

    package func redemption(_ id: Digest) throws -> RedemptionRecord? {
        try read(RedemptionRecord.self, at: .redemption(id))
    }

    /// Sorted by id.
    package func redemptions() throws -> [RedemptionRecord] {
        try readAll(RedemptionRecord.self, under: .redemptions)
    }

    /// Sorted by id.
    package func queryRefusals() throws -> [QueryRefusalRecord] {
        try readAll(QueryRefusalRecord.self, under: .queryRefusals)
    }
}
