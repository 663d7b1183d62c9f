import SharingModel

/// Checks of a body's form that need no state.
///
/// The limits keep one transaction from costing every node more than its 65 535 bytes suggest.
enum Form {
    /// Characters of a purpose or a reason.
    static let longestText = 1_000
    /// Entries of a list of datasets, packs, parties or inputs.
    static let longestList = 256
    /// Characters of a column's name, and of a text parameter.
    static let longestName = 128
    /// Columns of one table.
    static let mostColumns = 1_024
    /// Rows, bytes and counts: JSON keeps whole numbers exact up to here.
    static let largestNumber: Int64 = 9_007_199_254_740_991

    static func check(length: Int, in range: ClosedRange<Int>, _ member: String) throws(ContractsError) {
        guard length >= range.lowerBound else {
            throw .tooShort(member: member, count: length, least: range.lowerBound)
        }
        guard length <= range.upperBound else {
            throw .tooLong(member: member, count: length, limit: range.upperBound)
        }
    }

    static func check(_ number: Int64, in range: ClosedRange<Int64>, _ member: String) throws(ContractsError) {
        guard range.contains(number) else { throw .outOfRange(member: member, value: number) }
    }

    /// Counts Unicode scalars: what a person sees as one character depends on the Unicode version, and nodes must
    /// agree. Control characters and marks that turn the direction of writing could forge what a terminal shows.
    static func check(
        text: String?, in range: ClosedRange<Int> = 0...longestText, _ member: String
    ) throws(ContractsError) {
        guard let text else { return }
        try check(length: text.unicodeScalars.count, in: range, member)
        guard text.unicodeScalars.allSatisfy(isPrintable) else { throw .unprintable(member: member) }
    }

    /// Strictly ascending: sorted, and nothing twice.
    static func check<Element: Comparable>(
        list: [Element]?, in range: ClosedRange<Int> = 1...longestList, _ member: String
    ) throws(ContractsError) {
        guard let list else { return }
        try check(length: list.count, in: range, member)
        guard zip(list, list.dropFirst()).allSatisfy({ $0 < $1 }) else { throw .notSorted(member: member) }
    }

    /// Column names: printable, and strictly ascending by bytes.
    static func check(columns: [String], in range: ClosedRange<Int>, _ member: String) throws(ContractsError) {
        try check(length: columns.count, in: range, member)
        for column in columns { try check(text: column, in: 1...longestName, member) }
        guard zip(columns, columns.dropFirst()).allSatisfy({ $0.precedesBytewise($1) }) else {
            throw .notSorted(member: member)
        }
    }

    /// Whether `text` has nothing but spaces. Listed here, not asked of Unicode, whose lists grow.
    static func isBlank(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x20, 0xA0, 0x1680, 0x2000...0x200D, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF: true
            default: false
            }
        }
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F: false
        case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: false
        default: true
        }
    }
}

extension Sequence<String> {
    func sortedBytewise() -> [String] { sorted { $0.precedesBytewise($1) } }
}
