import Foundation
import Multiprecision
import Testing

/// The rows that the departments seal, in the clear, and what a plain computation makes of them: exact fractions of
/// integers, nothing of the product's tables in them but big integers.
struct PlainTable {
    private let header: [String]
    let rows: [[String]]

    /// The first `perSite` rows of each of `sites`.
    init(sites: [Int], perSite: Int) throws {
        let lines = try String(contentsOf: Repository.table, encoding: .utf8).split(whereSeparator: \.isNewline)
        let fields = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        header = try #require(fields.first)
        let site = try #require(header.firstIndex(of: "site"))
        rows = sites.flatMap { number in fields.dropFirst().filter { $0[site] == "\(number)" }.prefix(perSite) }
    }

    func csv(site: Int) throws -> String {
        let column = try index("site")
        return ([header] + rows.filter { $0[column] == "\(site)" }).map { $0.joined(separator: ",") + "\n" }.joined()
    }

    /// By the values of `column`, ascending as numbers.
    func groups(by column: String) throws -> [(value: Int, rows: [[String]])] {
        let index = try index(column)
        return try Dictionary(grouping: rows) { $0[index] }
            .map { (value: try #require(Int($0.key)), rows: $0.value) }.sorted { $0.value < $1.value }
    }

    private func index(_ column: String) throws -> Int { try #require(header.firstIndex(of: column)) }

    /// What is present of a column, times 10^7.
    func values(_ column: String, in rows: [[String]]) throws -> [BigInteger] {
        let index = try index(column)
        return try rows.map { $0[index] }.filter { !$0.isEmpty }.map(PlainTable.scaled)
    }

    /// Decimals of the file: none has more than 7, and some small ones are written as 1.5e-05.
    private static let digits = 7

    private static func scaled(_ text: String) throws -> BigInteger {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        try #require(parts.count <= 2 && fraction.count <= digits && text.allSatisfy { $0.isNumber || $0 == "." })
        let padded = fraction + String(repeating: "0", count: digits - fraction.count)
        return try #require(BigInteger(String(parts[0]) + padded))
    }

    private static var scale: BigInteger { BigInteger(10_000_000) }

    func sum(_ column: String, in rows: [[String]], digits: Int) throws -> String {
        PlainTable.decimal(try values(column, in: rows).reduce(0, +), over: PlainTable.scale, digits: digits)
    }

    func mean(_ column: String, in rows: [[String]]) throws -> String {
        let values = try values(column, in: rows)
        return PlainTable.decimal(
            values.reduce(0, +), over: PlainTable.scale * BigInteger(values.count), digits: 12)
    }

    /// Σ(v − mean)² / (n − correction), as the schoolbook has it: deviations first, squared after.
    func variance(_ column: String, in rows: [[String]], correction: Int) throws -> String {
        let values = try values(column, in: rows)
        let count = BigInteger(values.count)
        let total = values.reduce(0, +)
        let squares = values.map { ($0 * count - total) * ($0 * count - total) }.reduce(0, +)
        let divisor = count * count * BigInteger(values.count - correction) * PlainTable.scale * PlainTable.scale
        return PlainTable.decimal(squares, over: divisor, digits: 12)
    }

    /// Half-even, by long division: digit after digit, then a look at what is left.
    private static func decimal(_ numerator: BigInteger, over denominator: BigInteger, digits: Int) -> String {
        var (whole, rest) = numerator.flooredQuotientAndRemainder(dividingBy: denominator)
        for _ in 0..<digits {
            let (digit, left) = (rest * 10).flooredQuotientAndRemainder(dividingBy: denominator)
            whole = whole * 10 + digit
            rest = left
        }
        if rest * 2 > denominator || (rest * 2 == denominator && !whole.isEven) { whole = whole + 1 }
        var text = whole.description
        while text.count <= digits { text = "0" + text }
        return digits == 0 ? text : text.dropLast(digits) + "." + text.suffix(digits)
    }
}
