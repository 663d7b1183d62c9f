/// An expression whose grammar and functions are checked, and whose columns are not yet looked up.
package struct UnboundExpression: Hashable, Sendable {
    enum Piece: Hashable, Sendable {
        case token(String)
        case column(String, offset: Int)
        case parameter(String)
    }

    /// Whether a space comes before the piece; so one expression has one text.
    struct SpacedPiece: Hashable, Sendable {
        let spaced: Bool
        let piece: Piece
    }

    let pieces: [SpacedPiece]
    let offset: Int

    /// The column, if the expression is nothing but one.
    var onlyColumn: String? {
        guard pieces.count == 1, case .column(let name, _) = pieces[0].piece else { return nil }
        return name
    }

    /// Whether it is one integer and nothing else, as in `GROUP BY 1`.
    var isLiteralInteger: Bool {
        guard pieces.count == 1, case .token(let text) = pieces[0].piece else { return false }
        return Int64(text) != nil
    }

    /// Reads an expression that must be all of `text`.
    package static func parse(_ text: String) throws(QueryPlanError) -> UnboundExpression {
        var parser = ExpressionParser(cursor: try TokenCursor(text))
        let expression = try parser.expression()
        guard parser.cursor.current == nil else { throw parser.cursor.unexpected("the end of the expression") }
        return expression
    }
}

/// An expression over public columns, in its one canonical text.
///
/// It holds nothing but the columns that it was bound to, integers, texts, parameters, listed operators and listed
/// functions, with balanced parentheses: it can stand inside parentheses in any statement.
package struct PublicExpression: Hashable, Sendable {
    /// As it stands in a plan.
    package let text: String
    /// The same with every column in double quotes, which SQLite reads as columns whatever they are called.
    let sqlite: String
    /// Columns it reads, sorted.
    package let columns: [String]
    /// Parameters it uses, sorted, without their colons.
    package let parameters: [String]
}

extension UnboundExpression {
    /// Looks up each column with `resolve`, which throws for one that may not be used.
    package func bind(
        _ resolve: (_ name: String, _ offset: Int) throws(QueryPlanError) -> String
    ) throws(QueryPlanError) -> PublicExpression {
        var text = ""
        var sqlite = ""
        var columns = Set<String>()
        var parameters = Set<String>()
        for piece in pieces {
            if piece.spaced {
                text += " "
                sqlite += " "
            }
            switch piece.piece {
            case .token(let token):
                text += token
                sqlite += token
            case .parameter(let name):
                text += ":" + name
                sqlite += ":" + name
                parameters.insert(name)
            case .column(let name, let offset):
                let column = try resolve(name, offset)
                text += SQLVocabulary.canonicalName(column)
                sqlite += SQLVocabulary.quoted(column)
                columns.insert(column)
            }
        }
        return PublicExpression(
            text: text, sqlite: sqlite, columns: columns.sorted(), parameters: parameters.sorted())
    }
}

extension PublicExpression {
    /// An expression that no parser has seen, to try whether SQLite's authorizer holds by itself.
    package init(uncheckedForTesting sqlite: String) {
        self.init(text: sqlite, sqlite: sqlite, columns: [], parameters: [])
    }
}
