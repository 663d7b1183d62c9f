import CanonicalJSON
import Gateway
import QueryPlans

/// Compares opened tables with the plain one, cell by cell.
struct DemoComparison {
    let plain: PlainTable
    private(set) var cells = 0
    private(set) var groups = 0
    private(set) var differences: [String] = []

    init(_ plain: PlainTable) {
        self.plain = plain
    }

    /// What a column of a result must be.
    enum Expected {
        case key(Int)
        case total
        case mean
        case variance
        case rows
        case present
    }

    /// - Parameter expected: One for each column of the opened table.
    mutating func compare(_ table: OpenedTable, with figures: [[Int]: PlainTable.Figures], as expected: [Expected]) {
        var seen = Set<[Int]>()
        let keys = expected.enumerated().compactMap { index, column in
            if case .key = column { index } else { nil }
        }
        for row in table.rows {
            let key = keys.compactMap { row[$0].integerValue.map { Int($0) } }
            seen.insert(key)
            groups += 1
            guard let plain = figures[key] else {
                differences.append("group \(key) is not in the plain table")
                continue
            }
            for (cell, column) in zip(row, expected) { check(cell, plain, column, key) }
        }
        let refused = Set(table.refused.map { $0.values.values.compactMap { $0.json.integerValue.map { Int($0) } } })
        for key in figures.keys where !seen.contains(key) && !refused.contains(key) {
            differences.append("group \(key) is missing")
        }
    }

    private mutating func check(_ cell: JSONValue, _ plain: PlainTable.Figures, _ column: Expected, _ key: [Int]) {
        let wanted: JSONValue =
            switch column {
            case .key: cell
            case .total: plain.present == 0 ? .null : .string(plain.total)
            case .mean: plain.mean(digits: OpenedTable.standardDigits).map { .string($0) } ?? .null
            case .variance: plain.variance(digits: OpenedTable.standardDigits).map { .string($0) } ?? .null
            case .rows: .integer(Int64(plain.rows))
            case .present: .integer(Int64(plain.present))
            }
        cells += 1
        if cell != wanted { differences.append("group \(key): \(cell) instead of \(wanted)") }
    }
}
