package import Multiprecision

/// A quotient of two integers, held exactly until it is written down.
package struct ExactRational: Sendable {
    package let numerator: BigInteger
    /// Above 0.
    package let denominator: BigInteger

    /// - Parameter denominator: Not 0. The fraction is not reduced.
    package init(_ numerator: BigInteger, over denominator: BigInteger = 1) {
        precondition(!denominator.isZero, "a denominator is not zero")
        self.numerator = denominator.signum < 0 ? -numerator : numerator
        self.denominator = denominator.magnitude
    }

    /// The number with exactly `digits` digits behind the point, a half rounded to the even neighbour (IEEE 754's
    /// roundTiesToEven, in decimal). No point where `digits` is 0, and never `-0`.
    package func decimal(digits: Int) -> String {
        let scaled = numerator.magnitude * BigInteger(10).power(UInt(digits))
        let (quotient, remainder) = scaled.flooredQuotientAndRemainder(dividingBy: denominator)
        let twice = remainder << 1
        let roundsUp = twice > denominator || (twice == denominator && !quotient.isEven)
        let rounded = roundsUp ? quotient + 1 : quotient
        let text = rounded.text(radix: 10)
        let sign = numerator.signum < 0 && !rounded.isZero ? "-" : ""
        guard digits > 0 else { return sign + text }
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
    }
}
