/// A set of rows: one bit for each.
package struct RowSet: Hashable, Sendable {
    private var words = [UInt64]()
    package private(set) var rowCount = 0

    package init() {}

    package init(_ rows: some Sequence<Bool>) {
        for row in rows { append(row) }
    }

    package subscript(row: Int) -> Bool {
        words[row >> 6] >> UInt64(row & 63) & 1 == 1
    }

    package mutating func append(_ contained: Bool) {
        if rowCount & 63 == 0 { words.append(0) }
        if contained { words[rowCount >> 6] |= 1 << UInt64(rowCount & 63) }
        rowCount += 1
    }
}
