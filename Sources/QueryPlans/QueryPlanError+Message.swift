extension QueryPlanError: CustomStringConvertible {
    /// For a person: what is wrong, where, and what to do about it.
    package var description: String {
        switch self {
        case .statement(let fault, let offset): "at character \(offset + 1): \(fault)"
        case .plan(let fault): fault.description
        case .evaluation(let fault): fault.description
        case .result(let fault): fault.description
        case .dataset(let fault): fault.description
        case .guarded(let report): report.refusalText
        }
    }
}

extension StatementFault: CustomStringConvertible {
    package var description: String { grammarText ?? columnText }

    private var grammarText: String? {
        switch self {
        case .tooLong(let limit): "the statement is longer than \(limit) bytes; shorten it"
        case .tooDeep(let limit): "more than \(limit) levels of nesting; write the expression flatter"
        case .strayCharacter(let character):
            "the character \(shown(character)) has no place in a statement; names with special characters go in "
                + "double quotes"
        case .unterminatedQuote(let quote): "the text that begins here has no closing \(quote)"
        case .comment: "comments are not read; leave them out"
        case .secondStatement: "';' ends nothing here: one statement at a time, without a semicolon"
        case .notAnInteger(let text):
            "\(text) is not a whole number; public columns hold integers and texts, so compare with an integer "
                + "(a text goes in single quotes)"
        case .integerTooLarge(let text): "\(text) is larger than a 64-bit integer"
        case .unexpected(let found, let expected): "found '\(found)' where \(expected) should be"
        case .unexpectedEnd(let expected): "the statement ends where \(expected) should be"
        case .otherStatement(let keyword): "\(keyword) is not a query; only SELECT is read"
        case .subSelect:
            "a SELECT inside a SELECT cannot be computed; ask for the parts separately, or write the values into "
                + "the condition"
        case .unsupported(let keyword): unsupportedText(keyword)
        default: nil
        }
    }

    private var columnText: String {
        switch self {
        case .unknownFunction(let name):
            "the function \(name) is not listed; there are "
                + SQLVocabulary.functions.keys.sorted().joined(separator: ", ")
        case .argumentCount(let name, let count, let arity):
            "\(name) takes \(arity.lowerBound == arity.upperBound ? "\(arity.lowerBound)" : "\(arity.lowerBound) to \(arity.upperBound)") "
                + "argument\(arity.upperBound == 1 ? "" : "s"), not \(count)"
        case .orderAggregate(let name):
            "\(name) of a column cannot be computed on ciphertext, which does not compare; \(name.lowercased()) of "
                + "two or more public values can"
        case .nestedAggregate(let name):
            "\(name) cannot stand inside an expression; select it by itself and calculate with the opened results"
        case .aggregateInExpression(let name):
            "\(name)(…) has to stand alone; select it by itself and calculate with the opened results"
        case .expressionInAggregate(let name):
            "\(name) takes the name of one computable column; ciphertext is added as it was published"
                + (name == "WSUM" ? "" : " (WSUM(column, weight) multiplies it by public integers)")
        case .allColumns: "'*' selects nothing here; name the groups and the aggregates that you want"
        case .groupByPosition: "GROUP BY takes columns and expressions, not positions; repeat the expression"
        case .qualifiedColumn(let name): "there is one table, so write the column without '\(name).' before it"
        case .unknownColumn(let name, let nearest):
            "there is no column \(name)" + (nearest.map { "; did you mean \($0)?" } ?? "; see `chancery catalog`")
        case .protectedColumn(let name, let protection):
            "\(name) is \(protection), so nobody can compare it or calculate with it before opening; conditions, "
                + "groups and weights use public columns"
        case .publicAggregated(let name):
            "\(name) is public, and aggregates are of computable columns; group by \(name), or read it from the shards"
        case .uncomputableAggregated(let name, let protection):
            "\(name) is \(protection), and aggregates are of computable columns"
        case .squaresNotPublished(let name):
            "a variance needs the squares of \(name), which were not published (\"squares\": true in the schema)"
        case .notGrouped(let text): "\(text) has to be in GROUP BY as well, or inside an aggregate"
        case .duplicateName(let name): "two columns are called \(name); name one of them with AS"
        case .bareComputable(let name):
            "\(name) is computable, so its single values stay sealed; ask for SUM(\(name)) or AVG(\(name))"
        default: grammarText ?? ""
        }
    }

    private func unsupportedText(_ keyword: String) -> String {
        switch keyword {
        case "ORDER": "ORDER BY is not needed: rows come ordered by their group values"
        case "LIMIT", "OFFSET": "\(keyword) would hide groups that are opened all the same; narrow the WHERE"
        case "HAVING": "HAVING would compare sealed values; leave out groups after the opening"
        case "DISTINCT", "ALL": "\(keyword) is not computed on ciphertext; groups are distinct by themselves"
        case "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "OUTER", "NATURAL", "ON", "USING":
            "tables cannot be joined on sealed values; FROM names one pool or one dataset"
        case "UNION", "INTERSECT", "EXCEPT": "\(keyword) is not read; ask for each part in a query of its own"
        case "OVER", "WINDOW", "FILTER": "\(keyword) is not read; put the condition into WHERE"
        case "CAST": "CAST is not read; integers divide as integers (age / 10), and texts stay texts"
        case "WITH", "VALUES", "EXISTS":
            "a SELECT inside a SELECT cannot be computed; ask for the parts separately"
        case "ISNULL", "NOTNULL": "write IS \(keyword == "ISNULL" ? "" : "NOT ")NULL"
        default: "\(keyword) is not read; see `chancery query --help` for what is"
        }
    }
}

private func shown(_ character: Character) -> String {
    character.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
        ? "'\(character)'" : character.unicodeScalars.map { "U+" + String($0.value, radix: 16) }.joined()
}

extension PlanFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unsupportedVersion(let version): "the plan has language version \(version); this program reads version 1"
        case .notCanonical(let text): "'\(text)' in the plan is not in canonical form; make the plan from its SELECT"
        case .noDatasets: "the plan names no dataset; nothing has been published there yet"
        case .datasetsNotSorted: "the plan's datasets and packs have to be sorted, each once"
        case .packs(let named, let needed):
            "the plan names the packs \(listed(named)), but its columns need \(listed(needed))"
        case .parameters(let missing, let unknown):
            [
                missing.isEmpty
                    ? nil : "give a value for \(missing.map { ":" + $0 }.joined(separator: ", ")) (--set NAME=VALUE)",
                unknown.isEmpty ? nil : "the plan has no parameter \(unknown.map { ":" + $0 }.joined(separator: ", "))",
            ].compactMap { $0 }.joined(separator: "; ")
        case .incompatibleDatasets(let column, let reason):
            "the datasets do not agree on \(column): \(reason); leave one of them out with --without, or have it published "
                + "again"
        case .nothingSelected: "the plan selects nothing"
        case .aggregateNeedsColumn(let name): "\(name) needs a column"
        case .columnLimit(let limit): "a plan has at most \(limit) columns and groups"
        }
    }

    private func listed(_ names: [String]) -> String { names.isEmpty ? "(none)" : names.joined(separator: ", ") }
}

extension EvaluationFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sqlite(let message): "SQLite cannot evaluate the public expressions: \(message)"
        case .notAuthorized(let what): "an expression may not use \(what); public columns and listed functions only"
        case .tooMuchWork: "the expressions take too many steps a row; simplify them"
        case .valueType(let expression, let type):
            "\(expression) gives \(type); groups have to be integers, texts or null"
        case .groupValueTooLarge(let expression, let value):
            "\(expression) gives \(value), which is beyond ±(2^53 − 1), the integers that results can hold"
        case .weightNotAnInteger(let expression): "the weight \(expression) has to give an integer or null in every row"
        case .tooManyGroups(let limit): "the plan makes more than \(limit) groups; group by fewer or coarser values"
        case .tooManyRows(let limit): "the datasets have more than \(limit) rows"
        case .capacity(let group, let needed, let bits):
            "the weights of group \(group) add up to \(needed), more than the pool's capacity of 2^\(bits); use smaller "
                + "weights or smaller groups"
        }
    }
}

extension ResultFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let what): "the result is malformed: \(what)"
        case .notOfThisPlan: "the result is that of another plan"
        case .poolKeyMismatch(let dataset): "dataset \(dataset) is sealed under another key than the pool's"
        case .ciphertextCount(let expected, let found):
            "the result has \(found) ciphertexts where its groups need \(expected)"
        case .tooManyGroupsForBlock(let groups, let bytes):
            "\(groups) groups do not fit into a result of \(bytes) bytes; group by fewer or coarser values"
        case .plaintextCount(let expected, let found):
            "the opening has \(found) plaintexts where the result has \(expected) ciphertexts"
        case .unsoundPlaintext(let ciphertext):
            "what ciphertext \(ciphertext) opens to is no sum of rows within their bounds: a publisher sealed values "
                + "that its schema does not allow, or the opening is of something else"
        case .tooManyCells(let limit):
            "the plan keeps more than \(limit) sums at once; use fewer groups, packs or distinct weights"
        }
    }
}
