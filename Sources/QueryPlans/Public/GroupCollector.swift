import CSQLite

/// Which group each row is in, and its weights.
package struct RowGrouping: Sendable {
    /// Stands for "in no group".
    package static let none = UInt32.max

    /// Ascending; a row's group is an index into these.
    package let groups: [GroupKey]
    /// One for each row of the table.
    package let groupOfRow: [UInt32]
    /// For each weight expression one weight for each row of the table; 0 where the row is in no group.
    package let weights: [[Int64]]

    package init(groups: [GroupKey], groupOfRow: [UInt32], weights: [[Int64]] = []) {
        self.groups = groups
        self.groupOfRow = groupOfRow
        self.weights = weights
    }
}

/// Turns rows as SQLite gives them into numbers of groups, without keeping a row.
///
/// Each expression's value is interned by itself, then the numbers are combined pair by pair, so that a row of
/// integers costs a few look-ups and no allocation.
struct GroupCollector {
    /// Most groups of a plan, those included that the guard will refuse.
    static let mostGroups = 10_000

    private let request: GroupingRequest
    private var values: [ValueInterner]
    /// One table for each expression: (number of the values before, number of this value) → number of the values so far.
    private var prefixes: [[UInt64: UInt32]]
    /// The same tables the other way round.
    private var pairs: [[UInt64]]
    private var groupOfRow: [UInt32]
    private var weights: [[Int64]]

    init(request: GroupingRequest, rowCount: Int) {
        self.request = request
        values = request.groupBy.map { ValueInterner(expression: $0.text) }
        prefixes = Array(repeating: [:], count: request.groupBy.count)
        groupOfRow = Array(repeating: RowGrouping.none, count: rowCount)
        weights = Array(repeating: Array(repeating: 0, count: rowCount), count: request.weights.count)
        pairs = Array(repeating: [], count: request.groupBy.count)
    }

    mutating func collect(_ statement: OpaquePointer) throws(QueryPlanError) {
        let row = Int(sqlite3_column_int64(statement, 0))
        var group: UInt32 = 0
        for index in values.indices {
            let value = try values[index].number(of: statement, column: Int32(index + 1))
            group = try combined(group, value, at: index)
        }
        groupOfRow[row] = group
        for index in weights.indices {
            let column = Int32(1 + values.count + index)
            switch sqlite3_column_type(statement, column) {
            case SQLITE_INTEGER: weights[index][row] = sqlite3_column_int64(statement, column)
            case SQLITE_NULL: weights[index][row] = 0
            default: throw .evaluation(.weightNotAnInteger(expression: request.weights[index].text))
            }
        }
    }

    private mutating func combined(_ prefix: UInt32, _ value: UInt32, at index: Int) throws(QueryPlanError) -> UInt32 {
        let pair = UInt64(prefix) << 32 | UInt64(value)
        if let known = prefixes[index][pair] { return known }
        let number = UInt32(prefixes[index].count)
        guard number < Self.mostGroups else { throw .evaluation(.tooManyGroups(limit: Self.mostGroups)) }
        prefixes[index][pair] = number
        pairs[index].append(pair)
        return number
    }

    /// Walks a number back through the tables to its values.
    private func key(of number: Int) -> GroupKey {
        var found = [GroupValue]()
        var current = number
        for index in values.indices.reversed() {
            let pair = pairs[index][current]
            found.append(values[index].values[Int(UInt32(truncatingIfNeeded: pair))])
            current = Int(pair >> 32)
        }
        return GroupKey(found.reversed())
    }

    /// Numbers the groups anew in the order of their values.
    consuming func finish() -> RowGrouping {
        // Without GROUP BY there is one group, even of no rows.
        let found = (0..<(pairs.last?.count ?? 1)).map(key)
        let order = found.indices.sorted { found[$0] < found[$1] }
        var rank = Array(repeating: UInt32(0), count: found.count)
        for (position, index) in order.enumerated() { rank[index] = UInt32(position) }
        for row in groupOfRow.indices where groupOfRow[row] != RowGrouping.none {
            groupOfRow[row] = rank[Int(groupOfRow[row])]
        }
        return RowGrouping(groups: order.map { found[$0] }, groupOfRow: groupOfRow, weights: weights)
    }
}

/// Numbers the values of one expression in the order in which they come.
private struct ValueInterner {
    let expression: String
    private(set) var values = [GroupValue]()
    private var integers = [Int64: UInt32]()
    private var others = [GroupValue: UInt32]()

    init(expression: String) {
        self.expression = expression
    }

    mutating func number(of statement: OpaquePointer, column: Int32) throws(QueryPlanError) -> UInt32 {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER:
            let value = sqlite3_column_int64(statement, column)
            if let known = integers[value] { return known }
            // Results are canonical JSON, whose integers are exact within ±(2⁵³ − 1).
            guard value.magnitude < 1 << 53 else {
                throw .evaluation(.groupValueTooLarge(expression: expression, value: value))
            }
            integers[value] = UInt32(values.count)
            return add(.integer(value))
        case SQLITE_NULL: return number(of: .null)
        case SQLITE_TEXT:
            let count = Int(sqlite3_column_bytes(statement, column))
            let bytes = UnsafeRawBufferPointer(start: sqlite3_column_text(statement, column), count: count)
            return number(of: .text(String(decoding: bytes, as: UTF8.self)))
        case let type:
            throw .evaluation(
                .valueType(expression: expression, type: type == SQLITE_FLOAT ? "a real number" : "a blob"))
        }
    }

    private mutating func number(of value: GroupValue) -> UInt32 {
        if let known = others[value] { return known }
        others[value] = UInt32(values.count)
        return add(value)
    }

    private mutating func add(_ value: GroupValue) -> UInt32 {
        values.append(value)
        return UInt32(values.count - 1)
    }
}
