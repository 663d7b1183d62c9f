/// Reads tokens from left to right.
struct TokenCursor {
    private let tokens: [SQLToken]
    private var index = 0

    init(_ text: String) throws(QueryPlanError) {
        tokens = try SQLTokenizer.tokens(of: text)
    }

    var current: SQLToken? { index < tokens.count ? tokens[index] : nil }
    var following: SQLToken? { index + 1 < tokens.count ? tokens[index + 1] : nil }
    var keyword: String? { current?.keyword }

    /// Where the current token begins, or the text ends.
    var offset: Int { current?.offset ?? tokens.last?.end ?? 0 }

    mutating func advance() { index += 1 }

    mutating func take(keyword: String) -> Bool {
        guard self.keyword == keyword else { return false }
        advance()
        return true
    }

    mutating func take(symbol: String) -> Bool {
        guard let current, current.isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func require(symbol: String, _ expectation: String) throws(QueryPlanError) {
        guard take(symbol: symbol) else { throw unexpected(expectation) }
    }

    mutating func require(keyword: String, _ expectation: String) throws(QueryPlanError) {
        guard take(keyword: keyword) else { throw unexpected(expectation) }
    }

    /// The fault for a token that does not belong where it stands, as exactly as it can be told.
    func unexpected(_ expectation: String) -> QueryPlanError {
        guard let current else { return .statement(.unexpectedEnd(expected: expectation), at: offset) }
        if let keyword = current.keyword {
            if keyword == "SELECT" || keyword == "EXISTS" { return .statement(.subSelect, at: offset) }
            if SQLVocabulary.unsupported.contains(keyword) {
                return .statement(.unsupported(keyword), at: offset)
            }
            if SQLVocabulary.otherStatements.contains(keyword) {
                return .statement(.otherStatement(keyword), at: offset)
            }
        }
        return .statement(.unexpected(current.text, expected: expectation), at: offset)
    }
}
