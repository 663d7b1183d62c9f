/// Checks that operands and operators alternate, and writes the expression down as it goes.
///
/// Precedence is left to SQLite, which evaluates the text: the parser never rearranges, so it need not know it.
struct ExpressionParser {
    /// Deepest nesting of parentheses, functions and `CASE`.
    static let deepest = 32

    var cursor: TokenCursor
    private var pieces = [UnboundExpression.SpacedPiece]()
    private var depth = 0
    /// The next piece follows the last without a space.
    private var tight = true

    init(cursor: TokenCursor) {
        self.cursor = cursor
    }

    /// Reads one expression up to the token that cannot belong to it.
    mutating func expression() throws(QueryPlanError) -> UnboundExpression {
        pieces = []
        tight = true
        let offset = cursor.offset
        try chain()
        return UnboundExpression(pieces: pieces, offset: offset)
    }

    private mutating func emit(_ piece: UnboundExpression.Piece, attached: Bool = false) {
        pieces.append(.init(spaced: !(tight || attached), piece: piece))
        tight = false
    }

    private mutating func emit(_ text: String, attached: Bool = false) { emit(.token(text), attached: attached) }

    /// operand (operator operand)*
    private mutating func chain() throws(QueryPlanError) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw .statement(.tooDeep(limit: Self.deepest), at: cursor.offset) }
        try operand()
        while try binaryOperator() { try operand() }
    }

    /// Takes an operator that another operand follows; `IN (…)` is complete in itself and loops.
    private mutating func binaryOperator() throws(QueryPlanError) -> Bool {
        while let token = cursor.current {
            if token.kind == .symbol {
                guard let canonical = Self.symbols[token.text] else { return false }
                cursor.advance()
                emit(canonical)
                return true
            }
            switch token.keyword {
            case "AND", "OR", "LIKE", "BETWEEN":
                cursor.advance()
                emit(token.text.uppercased())
                return true
            case "IS":
                cursor.advance()
                emit(cursor.take(keyword: "NOT") ? "IS NOT" : "IS")
                return true
            case "IN":
                cursor.advance()
                try list(after: "IN")
            case "NOT":
                cursor.advance()
                if cursor.take(keyword: "IN") {
                    try list(after: "NOT IN")
                } else if cursor.take(keyword: "LIKE") {
                    emit("NOT LIKE")
                    return true
                } else {
                    try cursor.require(keyword: "BETWEEN", "IN, LIKE or BETWEEN after NOT")
                    emit("NOT BETWEEN")
                    return true
                }
            default: return false
            }
        }
        return false
    }

    private static let symbols = [
        "+": "+", "-": "-", "*": "*", "/": "/", "%": "%", "||": "||", "=": "=", "==": "=", "<>": "<>", "!=": "<>",
        "<": "<", "<=": "<=", ">": ">", ">=": ">=", "&": "&", "|": "|", "<<": "<<", ">>": ">>",
    ]

    private mutating func operand() throws(QueryPlanError) {
        guard let token = cursor.current else { throw cursor.unexpected(Self.anOperand) }
        switch token.kind {
        case .integer:
            guard token.text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw .statement(.notAnInteger(token.text), at: token.offset)
            }
            guard let value = Int64(token.text) else {
                throw .statement(.integerTooLarge(token.text), at: token.offset)
            }
            cursor.advance()
            emit(String(value))
        case .text:
            cursor.advance()
            emit(SQLVocabulary.quotedText(token.text))
        case .parameter:
            cursor.advance()
            emit(.parameter(token.text))
        case .quotedName:
            cursor.advance()
            try column(token)
        case .symbol: try symbolOperand(token)
        case .word: try wordOperand(token)
        }
    }

    private static let anOperand = "a public column, an integer, a 'text', a :parameter or a listed function"

    private mutating func symbolOperand(_ token: SQLToken) throws(QueryPlanError) {
        switch token.text {
        case "(":
            cursor.advance()
            emit("(")
            tight = true
            try chain()
            try cursor.require(symbol: ")", "')'")
            emit(")", attached: true)
        case "-", "+", "~":
            cursor.advance()
            emit(token.text)
            // "--" would begin a comment, so a second sign keeps its distance.
            tight = !(cursor.current.map { $0.isSymbol("-") || $0.isSymbol("+") || $0.isSymbol("~") } ?? false)
            depth += 1
            defer { depth -= 1 }
            guard depth <= Self.deepest else { throw .statement(.tooDeep(limit: Self.deepest), at: token.offset) }
            try operand()
        default: throw cursor.unexpected(Self.anOperand)
        }
    }

    private mutating func wordOperand(_ token: SQLToken) throws(QueryPlanError) {
        let keyword = token.text.uppercased()
        if let following = cursor.following, following.isSymbol("("), keyword != "NOT" {
            return try call(token)
        }
        switch keyword {
        case "NULL":
            cursor.advance()
            emit(keyword)
        // The integers that SQLite takes them for.
        case "TRUE", "FALSE":
            cursor.advance()
            emit(keyword == "TRUE" ? "1" : "0")
        case "NOT":
            cursor.advance()
            emit("NOT")
            depth += 1
            defer { depth -= 1 }
            guard depth <= Self.deepest else { throw .statement(.tooDeep(limit: Self.deepest), at: token.offset) }
            try operand()
        case "CASE": try caseExpression()
        case _ where SQLVocabulary.isReserved(keyword): throw cursor.unexpected(Self.anOperand)
        default:
            cursor.advance()
            try column(token)
        }
    }

    private mutating func column(_ token: SQLToken) throws(QueryPlanError) {
        if let current = cursor.current, current.isSymbol(".") {
            throw .statement(.qualifiedColumn(token.text), at: token.offset)
        }
        emit(.column(token.text, offset: token.offset))
    }

    private mutating func call(_ token: SQLToken) throws(QueryPlanError) {
        let name = token.text.lowercased()
        let keyword = token.text.uppercased()
        if SQLVocabulary.unsupported.contains(keyword) || keyword == "SELECT" {
            throw cursor.unexpected(Self.anOperand)
        }
        guard let arity = SQLVocabulary.functions[name] else {
            let isAggregate = Aggregate.named(name) != nil
            throw .statement(isAggregate ? .nestedAggregate(keyword) : .unknownFunction(token.text), at: token.offset)
        }
        cursor.advance()
        emit(name)
        let count = try arguments(attached: true)
        guard arity.contains(count) else {
            let isAggregate = count == 1 && (name == "min" || name == "max")
            throw .statement(
                isAggregate ? .orderAggregate(keyword) : .argumentCount(name, count, takes: arity), at: token.offset)
        }
    }

    private mutating func list(after operatorText: String) throws(QueryPlanError) {
        emit(operatorText)
        guard let current = cursor.current, current.isSymbol("(") else {
            throw cursor.unexpected("a list in parentheses after IN")
        }
        _ = try arguments(attached: false)
    }

    /// `(a, b, …)`; the opening parenthesis is the current token.
    private mutating func arguments(attached: Bool) throws(QueryPlanError) -> Int {
        try cursor.require(symbol: "(", "'('")
        emit("(", attached: attached)
        tight = true
        var count = 0
        repeat {
            if count > 0 { emit(",", attached: true) }
            try chain()
            count += 1
        } while cursor.take(symbol: ",")
        try cursor.require(symbol: ")", "',' or ')'")
        emit(")", attached: true)
        return count
    }

    private mutating func caseExpression() throws(QueryPlanError) {
        cursor.advance()
        emit("CASE")
        if cursor.keyword != "WHEN" { try chain() }
        repeat {
            try cursor.require(keyword: "WHEN", "WHEN")
            emit("WHEN")
            try chain()
            try cursor.require(keyword: "THEN", "THEN")
            emit("THEN")
            try chain()
        } while cursor.keyword == "WHEN"
        if cursor.take(keyword: "ELSE") {
            emit("ELSE")
            try chain()
        }
        try cursor.require(keyword: "END", "WHEN, ELSE or END")
        emit("END")
    }
}
