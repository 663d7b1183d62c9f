/// Reads the clauses of a ``SelectStatement`` in their order.
struct SelectParser {
    /// Most columns of a result, and most `GROUP BY` expressions.
    static let mostItems = 64

    var cursor: TokenCursor

    init(cursor: TokenCursor) {
        self.cursor = cursor
    }

    mutating func statement() throws(QueryPlanError) -> SelectStatement {
        if let keyword = cursor.keyword, SQLVocabulary.otherStatements.contains(keyword) {
            throw .statement(.otherStatement(keyword), at: cursor.offset)
        }
        try cursor.require(keyword: "SELECT", "SELECT")
        var items = [SelectStatement.Item]()
        repeat { items.append(try item()) } while cursor.take(symbol: ",") && items.count < Self.mostItems
        try cursor.require(keyword: "FROM", "',' or FROM")
        let source = try source()
        let filter: UnboundExpression? = cursor.take(keyword: "WHERE") ? try expression() : nil
        let groups = try groupBy()
        guard cursor.current == nil else { throw cursor.unexpected(Self.whatFollows(filter: filter, groups: groups)) }
        return SelectStatement(items: items, source: source, filter: filter, groups: groups)
    }

    private static func whatFollows(filter: UnboundExpression?, groups: [UnboundExpression]) -> String {
        if !groups.isEmpty { return "',' or the end of the statement" }
        return filter == nil ? "WHERE, GROUP BY or the end" : "an operator, GROUP BY or the end"
    }

    private mutating func expression() throws(QueryPlanError) -> UnboundExpression {
        var parser = ExpressionParser(cursor: cursor)
        let expression = try parser.expression()
        cursor = parser.cursor
        return expression
    }

    private mutating func item() throws(QueryPlanError) -> SelectStatement.Item {
        let offset = cursor.offset
        guard let token = cursor.current else { throw cursor.unexpected("a column or an aggregate") }
        if token.isSymbol("*") { throw .statement(.allColumns, at: offset) }
        var function: String?
        let content: SelectStatement.Content
        if token.kind == .word, let aggregate = Aggregate.named(token.text), let following = cursor.following,
            following.isSymbol("(")
        {
            function = token.text.lowercased()
            content = try aggregateCall(aggregate, named: token.text.uppercased())
        } else {
            content = .group(try expression())
        }
        let alias = try alias()
        if function != nil, let current = cursor.current, current.kind == .symbol, !current.isSymbol(",") {
            throw .statement(.aggregateInExpression(token.text.uppercased()), at: current.offset)
        }
        return SelectStatement.Item(content: content, function: function, alias: alias, offset: offset)
    }

    private mutating func alias() throws(QueryPlanError) -> String? {
        guard cursor.take(keyword: "AS") else { return nil }
        guard let token = cursor.current, token.kind == .quotedName || token.kind == .word,
            token.kind == .quotedName || !SQLVocabulary.isReserved(token.text), (1...64).contains(token.text.utf8.count)
        else { throw cursor.unexpected("a name of 1 to 64 bytes after AS") }
        cursor.advance()
        return token.text
    }

    private mutating func aggregateCall(
        _ aggregate: Aggregate, named name: String
    ) throws(QueryPlanError) -> SelectStatement.Content {
        cursor.advance()
        try cursor.require(symbol: "(", "'('")
        if aggregate == .count, cursor.take(symbol: "*") {
            try cursor.require(symbol: ")", "')' after COUNT(*")
            return .rows
        }
        let column = try aggregatedColumn(name)
        var weight: UnboundExpression?
        if aggregate == .weightedSum {
            guard cursor.take(symbol: ",") else {
                throw cursor.unexpected("',' and an integer weight, as in WSUM(column, female + 1)")
            }
            weight = try expression()
        } else if let current = cursor.current, !current.isSymbol(")") {
            throw .statement(.expressionInAggregate(name), at: current.offset)
        }
        try cursor.require(symbol: ")", "')' after \(name)(\(column)")
        return .aggregate(aggregate, column: column, weight: weight)
    }

    private mutating func aggregatedColumn(_ name: String) throws(QueryPlanError) -> String {
        guard let token = cursor.current else { throw cursor.unexpected("a computable column") }
        let isName =
            token.kind == .quotedName || (token.kind == .word && !SQLVocabulary.isReserved(token.text))
        let isCall = token.kind == .word && cursor.following?.isSymbol("(") == true
        guard isName, !isCall else {
            if let keyword = token.keyword, SQLVocabulary.isReserved(keyword), keyword != "CASE" {
                throw cursor.unexpected("a computable column")
            }
            throw .statement(.expressionInAggregate(name), at: token.offset)
        }
        cursor.advance()
        return token.text
    }

    /// A name of a pool or a dataset, which may hold `-` and `.` without quotes as long as nothing stands between.
    private mutating func source() throws(QueryPlanError) -> String {
        guard let first = cursor.current else { throw cursor.unexpected("the name of a pool or a dataset") }
        if first.isSymbol("(") { throw .statement(.subSelect, at: first.offset) }
        if first.kind == .quotedName {
            cursor.advance()
            return first.text
        }
        guard first.kind == .integer || (first.kind == .word && !SQLVocabulary.isReserved(first.text)) else {
            throw cursor.unexpected("the name of a pool or a dataset")
        }
        var name = ""
        var end = first.offset
        while let token = cursor.current, token.offset == end, Self.canStandInName(token) {
            name += token.text
            end = token.end
            cursor.advance()
        }
        if let current = cursor.current, current.isSymbol(",") {
            throw .statement(.unsupported("JOIN"), at: current.offset)
        }
        return name
    }

    private static func canStandInName(_ token: SQLToken) -> Bool {
        token.kind == .word || token.kind == .integer || token.isSymbol("-") || token.isSymbol(".")
    }

    private mutating func groupBy() throws(QueryPlanError) -> [UnboundExpression] {
        guard cursor.take(keyword: "GROUP") else { return [] }
        try cursor.require(keyword: "BY", "BY after GROUP")
        var groups = [UnboundExpression]()
        repeat {
            let group = try expression()
            if group.isLiteralInteger { throw .statement(.groupByPosition, at: group.offset) }
            groups.append(group)
        } while cursor.take(symbol: ",") && groups.count < Self.mostItems
        return groups
    }
}
