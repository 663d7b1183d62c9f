public import Multiprecision

/// Decimal fractions with a fixed number of digits after the point, exact: `v` stands as `v · 10^decimals`, signed as in
/// ``SignedEncoding``.
///
/// Sums keep the scale. A product with an encoded number has twice the decimals: ``decode(_:factorDecimals:)``.
/// Range: `|v| <= (n - 1) / 2 / 10^decimals`.
public struct FixedPointEncoding: Hashable, Sendable {
    /// Digits after the point, 0 to 1000.
    public let decimals: Int
    private let integers: SignedEncoding

    /// - Precondition: `decimals` is 0 to 1000.
    public init(decimals: Int, key: PublicKey) {
        precondition((0...1000).contains(decimals), "0 to 1000 digits after the point")
        self.decimals = decimals
        integers = SignedEncoding(key: key)
    }

    /// The residue for decimal text such as `-12.5`: a sign `-`, digits, and a point with digits, nothing else.
    ///
    /// Zeros after the last place are accepted; other digits there are refused, never rounded.
    /// - Throws: ``PaillierError/decimalTextMalformed``, ``PaillierError/decimalTextTooPrecise(digits:available:)``,
    ///   ``PaillierError/signedValueOutOfRange(bitCount:limit:)``.
    public func encode(_ text: String) throws(PaillierError) -> BigInteger {
        try integers.encode(try scaled(text))
    }

    /// Decimal text with exactly `decimals` digits after the point for a residue.
    ///
    /// - Parameter factorDecimals: Decimals that multiplications with known scaled numbers have added.
    /// - Throws: ``PaillierError/plaintextOutOfRange(bitCount:limit:)`` unless the residue is in `[0, n)`.
    public func decode(_ residue: BigInteger, factorDecimals: Int = 0) throws(PaillierError) -> String {
        Self.text(try integers.decode(residue), decimals: decimals + factorDecimals)
    }

    /// The text's value times `10^decimals`, for ranges and factors.
    ///
    /// - Throws: ``PaillierError/decimalTextMalformed``, ``PaillierError/decimalTextTooPrecise(digits:available:)``.
    public func scaled(_ text: String) throws(PaillierError) -> BigInteger {
        let unsigned = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = unsigned.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }) else {
            throw .decimalTextMalformed
        }
        var fraction = parts.count == 2 ? String(parts[1]) : ""
        while fraction.hasSuffix("0") { fraction.removeLast() }
        guard fraction.count <= decimals else {
            throw .decimalTextTooPrecise(digits: fraction.count, available: decimals)
        }
        let digits = parts[0] + fraction + String(repeating: "0", count: decimals - fraction.count)
        guard let magnitude = BigInteger(String(digits)) else { throw .decimalTextMalformed }
        return text.hasPrefix("-") ? -magnitude : magnitude
    }

    /// `value / 10^decimals` with exactly `decimals` digits after the point.
    static func text(_ value: BigInteger, decimals: Int) -> String {
        guard decimals > 0 else { return value.description }
        var digits = value.magnitude.description
        if digits.count <= decimals { digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits }
        let sign = value.signum < 0 ? "-" : ""
        return "\(sign)\(digits.dropLast(decimals)).\(digits.suffix(decimals))"
    }
}
