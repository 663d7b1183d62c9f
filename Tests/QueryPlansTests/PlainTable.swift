import Multiprecision

/// The plain computation, over texts of a CSV and with an arithmetic of its own.
struct PlainColumn {
    /// Values times 10^decimals.
    let values: [BigInteger]
    let decimals: Int

    /// Takes what is present.
    init(_ column: String, decimals: Int, of rows: [HealthRow]) {
        self.decimals = decimals
        values = rows.map { $0[column] }.filter { !$0.isEmpty }.map { text in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let fraction = parts.count > 1 ? String(parts[1]) : ""
            let digits = parts[0] + fraction + String(repeating: "0", count: decimals - fraction.count)
            return BigInteger(String(digits)) ?? 0
        }
    }

    private var unit: BigInteger { (0..<decimals).reduce(BigInteger.one) { power, _ in power * 10 } }
    private var total: BigInteger { values.reduce(.zero, +) }
    private var count: BigInteger { BigInteger(values.count) }

    var sum: String { rounded(total, unit, digits: decimals) }

    func mean(digits: Int = 12) -> String { rounded(total, unit * count, digits: digits) }

    /// By its definition: Σ (v − mean)² / divisor, every term multiplied by n².
    func variance(divisor: Int, digits: Int = 12) -> String {
        let squares = values.map { ($0 * count - total) * ($0 * count - total) }.reduce(.zero, +)
        return rounded(squares, count * count * BigInteger(divisor) * unit * unit, digits: digits)
    }

    /// Long division, digit by digit, then half-even. Not negative.
    private func rounded(_ numerator: BigInteger, _ denominator: BigInteger, digits: Int) -> String {
        var (quotient, remainder) = numerator.truncatedQuotientAndRemainder(dividingBy: denominator)
        for _ in 0..<digits {
            let (digit, rest) = (remainder * 10).truncatedQuotientAndRemainder(dividingBy: denominator)
            quotient = quotient * 10 + digit
            remainder = rest
        }
        let difference = remainder * 2 - denominator
        if difference.signum > 0 || (difference.isZero && !quotient.isEven) { quotient += 1 }
        let text = "\(quotient)"
        guard digits > 0 else { return text }
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return padded.dropLast(digits) + "." + padded.suffix(digits)
    }
}
