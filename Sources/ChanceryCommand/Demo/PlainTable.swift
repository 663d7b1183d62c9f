import Foundation
import Multiprecision
import SealedTables

/// The table in the clear, computed with exact integers by code that shares nothing with the encrypted way: what the
/// opened results are compared with.
struct PlainTable {
    private let columns: [String: [String]]
    let rows: Int

    /// - Parameter names: The columns that are kept.
    init(_ file: URL, columns names: [String]) throws {
        var reader = try CSVReader(FileByteSource(path: file.path(percentEncoded: false)))
        let places = names.compactMap { name in reader.header.firstIndex(of: name).map { (name, $0) } }
        var columns = Dictionary(uniqueKeysWithValues: places.map { ($0.0, [String]()) })
        while try reader.next() {
            for (name, place) in places {
                columns[name]?.append(String(decoding: reader.field(place), as: UTF8.self))
            }
        }
        self.columns = columns
        rows = columns.values.first?.count ?? 0
    }

    /// A cell's text.
    func cell(_ row: Int, _ column: String) -> String { columns[column]?[row] ?? "" }

    /// One group's figures of a column.
    struct Figures {
        var rows = 0
        var present = 0
        /// In units of 10^-decimals.
        var sum = BigInteger.zero
        var squares = BigInteger.zero
        let decimals: Int

        var total: String { PlainTable.rounded(sum, over: PlainTable.power(decimals), digits: decimals) }

        func mean(digits: Int) -> String? {
            present == 0
                ? nil : PlainTable.rounded(sum, over: BigInteger(present) * PlainTable.power(decimals), digits: digits)
        }

        /// Of the sample: Σ(v − mean)² / (n − 1).
        func variance(digits: Int) -> String? {
            guard present > 1 else { return nil }
            let count = BigInteger(present)
            let scale = PlainTable.power(decimals)
            return PlainTable.rounded(
                count * squares - sum * sum, over: count * (count - BigInteger(1)) * scale * scale, digits: digits)
        }
    }

    /// The figures of `column` by the values of `keys`, over the rows that `isIncluded` takes.
    func figures(
        of column: String, decimals: Int, by keys: [String],
        where isIncluded: ((String) -> String) -> Bool = { _ in true }
    ) -> [[Int]: Figures] {
        var groups: [[Int]: Figures] = [:]
        for row in 0..<rows {
            let cell = { (name: String) in columns[name]?[row] ?? "" }
            guard isIncluded(cell) else { continue }
            var figures = groups[keys.compactMap { Int(cell($0)) }] ?? Figures(decimals: decimals)
            figures.rows += 1
            if let value = PlainTable.scaled(cell(column), decimals: decimals) {
                figures.present += 1
                figures.sum = figures.sum + value
                figures.squares = figures.squares + value * value
            }
            groups[keys.compactMap { Int(cell($0)) }] = figures
        }
        return groups
    }

    /// `12.5` with 3 decimals as 12500; `nil` where nothing stands.
    private static func scaled(_ text: String, decimals: Int) -> BigInteger? {
        guard !text.isEmpty else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        guard fraction.count <= decimals else { return nil }
        return BigInteger(String(parts[0]) + fraction + String(repeating: "0", count: decimals - fraction.count))
    }

    static func power(_ digits: Int) -> BigInteger {
        BigInteger("1" + String(repeating: "0", count: digits)) ?? BigInteger(1)
    }

    /// A fraction as a decimal, the last digit rounded half to even. `denominator` is positive.
    static func rounded(_ numerator: BigInteger, over denominator: BigInteger, digits: Int) -> String {
        let isNegative = numerator < BigInteger.zero
        let scaled = (isNegative ? -numerator : numerator) * power(digits)
        var (quotient, rest) = scaled.flooredQuotientAndRemainder(dividingBy: denominator)
        let twice = rest + rest
        if twice > denominator || (twice == denominator && !quotient.isEven) { quotient = quotient + BigInteger(1) }
        rest = BigInteger.zero
        var text = "\(quotient)"
        if digits > 0 {
            text = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
            text.insert(".", at: text.index(text.endIndex, offsetBy: -digits))
        }
        return (isNegative && quotient != BigInteger.zero ? "-" : "") + text
    }
}
