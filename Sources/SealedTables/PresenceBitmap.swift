/// Which rows of a column have a value: one bit a row, lowest bit first, in whole 64-bit words.
package struct PresenceBitmap: Hashable, Sendable {
    package private(set) var words: [UInt64]
    /// Rows covered; bits from there on are zero.
    package private(set) var rows: Int

    package init() {
        words = []
        rows = 0
    }

    init(words: [UInt64], rows: Int) {
        self.words = words
        self.rows = rows
    }

    /// `row` must be in `0..<rows`.
    package subscript(row: Int) -> Bool {
        precondition(row >= 0 && row < rows)
        return words[row >> 6] >> UInt64(row & 63) & 1 == 1
    }

    /// Rows that have a value.
    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    mutating func append(_ present: Bool) {
        if rows & 63 == 0 { words.append(0) }
        if present { words[rows >> 6] |= 1 << UInt64(rows & 63) }
        rows += 1
    }

    mutating func removeAll() {
        words.removeAll(keepingCapacity: true)
        rows = 0
    }
}
