/// The words that a statement may use, and those that it may not with the reason why.
enum SQLVocabulary {
    /// Deterministic functions of SQLite over integers and text, with how many arguments each takes.
    ///
    /// `min` and `max` take two at least: with one they are SQLite's aggregates. `replace`, `printf`, `zeroblob` and
    /// their like are left out because they make much text out of little, `random` and the dates because they are
    /// not the same for everybody.
    static let functions: [String: ClosedRange<Int>] = [
        "abs": 1...1, "coalesce": 2...8, "ifnull": 2...2, "iif": 3...3, "instr": 2...2, "length": 1...1,
        "lower": 1...1, "ltrim": 1...2, "max": 2...8, "min": 2...8, "nullif": 2...2, "rtrim": 1...2, "sign": 1...1,
        "substr": 2...3, "trim": 1...2, "upper": 1...1,
    ]

    /// What SQLite's authorizer may see: the listed functions, and the one behind `LIKE`.
    static let authorizedFunctions = Set(functions.keys).union(["like"])

    /// Words that stand in expressions and are re-emitted in capitals.
    static let expressionWords: Set<String> = [
        "AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "IS", "NULL", "CASE", "WHEN", "THEN", "ELSE", "END", "TRUE",
        "FALSE",
    ]

    static let clauseWords: Set<String> = ["SELECT", "FROM", "WHERE", "GROUP", "BY", "AS"]

    /// Clauses and operators of SQL that a plan does not have.
    static let unsupported: Set<String> = [
        "ORDER", "HAVING", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "OUTER", "NATURAL", "ON", "USING",
        "LIMIT",
        "OFFSET", "DISTINCT", "ALL", "UNION", "INTERSECT", "EXCEPT", "WITH", "WINDOW", "OVER", "FILTER", "CAST",
        "COLLATE", "GLOB", "REGEXP", "MATCH", "ESCAPE", "RAISE", "ISNULL", "NOTNULL", "INDEXED", "VALUES", "RETURNING",
        "EXISTS",
    ]

    /// Words that begin other statements.
    static let otherStatements: Set<String> = [
        "PRAGMA", "ATTACH", "DETACH", "INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER", "VACUUM",
        "ANALYZE", "REINDEX", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "EXPLAIN",
    ]

    static func isReserved(_ word: String) -> Bool {
        let word = word.uppercased()
        return expressionWords.contains(word) || clauseWords.contains(word) || unsupported.contains(word)
    }

    /// The canonical text of a column: bare where that can be read back, else in double quotes.
    static func canonicalName(_ column: String) -> String {
        isBareName(column) && !isReserved(column) ? column : quoted(column)
    }

    static func quoted(_ name: String) -> String {
        "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    static func quotedText(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }
}
