/// One token of a statement, with where it began.
struct SQLToken: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A keyword, a column, or a function.
        case word
        /// `"name"`: a column or an alias, never a keyword.
        case quotedName
        case integer
        /// `'text'`, its doubled quotes undone.
        case text
        /// `:name`, without the colon.
        case parameter
        case symbol
    }

    let kind: Kind
    let text: String
    /// Characters before it, from 0.
    let offset: Int
    /// First character after it.
    let end: Int

    /// The word in capitals, if it is one: quoted names are never keywords.
    var keyword: String? { kind == .word ? text.uppercased() : nil }

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
}

/// Splits a statement into tokens and refuses, with its place, everything that is none: comments, second
/// statements, fractions, and the quotes of other dialects.
struct SQLTokenizer {
    /// Longest statement read, in UTF-8 bytes.
    static let longestStatement = 16_384

    private let characters: [Unicode.Scalar]
    private var position = 0

    private init(_ text: String) {
        characters = Array(text.unicodeScalars)
    }

    static func tokens(of text: String) throws(QueryPlanError) -> [SQLToken] {
        guard text.utf8.count <= longestStatement else {
            throw .statement(.tooLong(limit: longestStatement), at: longestStatement)
        }
        var tokenizer = SQLTokenizer(text)
        var tokens = [SQLToken]()
        while let token = try tokenizer.next() { tokens.append(token) }
        return tokens
    }

    private mutating func next() throws(QueryPlanError) -> SQLToken? {
        while let scalar = peek(), scalar.properties.isWhitespace { position += 1 }
        guard let scalar = peek() else { return nil }
        switch scalar {
        case "'": return try quoted(by: "'", as: .text)
        case "\"": return try quoted(by: "\"", as: .quotedName)
        case ":": return try parameter()
        case "0"..."9": return integer()
        case _ where isNameStart(scalar): return token(.word, length: nameLength(from: position))
        default: return try symbol(scalar)
        }
    }

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        position + ahead < characters.count ? characters[position + ahead] : nil
    }

    private mutating func token(_ kind: SQLToken.Kind, length: Int) -> SQLToken {
        let end = position + length
        defer { position = end }
        return SQLToken(kind: kind, text: text(position..<end), offset: position, end: end)
    }

    private func text(_ range: Range<Int>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: characters[range])
        return String(text)
    }

    private func nameLength(from start: Int) -> Int {
        var end = start
        while end < characters.count, isNameStart(characters[end]) || isDigit(characters[end]) { end += 1 }
        return end - start
    }

    private mutating func quoted(by quote: Unicode.Scalar, as kind: SQLToken.Kind) throws(QueryPlanError) -> SQLToken {
        let start = position
        var content = String.UnicodeScalarView()
        position += 1
        while let scalar = peek() {
            guard scalar.value != 0 else { throw .statement(.strayCharacter("\u{0}"), at: position) }
            if scalar != quote {
                content.append(scalar)
                position += 1
            } else if peek(1) == quote {
                content.append(quote)
                position += 2
            } else {
                position += 1
                return SQLToken(kind: kind, text: String(content), offset: start, end: position)
            }
        }
        throw .statement(.unterminatedQuote(Character(quote)), at: start)
    }

    private mutating func parameter() throws(QueryPlanError) -> SQLToken {
        let length = nameLength(from: position + 1)
        guard length > 0, let first = peek(1), isNameStart(first) else {
            throw .statement(.unexpected(":", expected: "a parameter such as :year"), at: position)
        }
        let start = position
        position += 1 + length
        return SQLToken(kind: .parameter, text: text(start + 1..<position), offset: start, end: position)
    }

    /// Digits with whatever hangs on to them: `health-2026.v1` may name a source, and elsewhere the parser refuses it.
    private mutating func integer() -> SQLToken {
        var length = 1
        while let scalar = peek(length), isNameStart(scalar) || isDigit(scalar) || scalar == "." { length += 1 }
        return token(.integer, length: length)
    }

    private mutating func symbol(_ scalar: Unicode.Scalar) throws(QueryPlanError) -> SQLToken {
        let pair = text(position..<min(position + 2, characters.count))
        switch pair {
        case "--", "/*": throw .statement(.comment, at: position)
        case "||", "==", "<>", "!=", "<=", ">=", "<<", ">>": return token(.symbol, length: 2)
        default: break
        }
        switch scalar {
        case "(", ")", ",", ".", "*", "+", "-", "/", "%", "=", "<", ">", "&", "|", "~":
            return token(.symbol, length: 1)
        case ";": throw .statement(.secondStatement, at: position)
        default: throw .statement(.strayCharacter(Character(scalar)), at: position)
        }
    }
}

private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

/// As SQLite has it: letters, the underscore, and everything beyond ASCII that is not white space.
func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
        || (scalar.value > 127 && !scalar.properties.isWhitespace)
}

/// Whether `name` can stand in a statement without quotes, leaving keywords aside.
func isBareName(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, isNameStart(first) else { return false }
    return name.unicodeScalars.allSatisfy { isNameStart($0) || isDigit($0) }
}
