import Foundation
public import Multiprecision

extension PythonPaillier {
    /// python-paillier's form of a signed number: `mantissa · 16^exponent`, the mantissa as a residue modulo n.
    ///
    /// A mantissa `m` has `|m| <= n / 3 - 1`; residues between are an overflow. The exponent is public.
    public struct EncodedNumber: Hashable, Sendable {
        /// Largest magnitude of an exponent that is read or made: bounds the work that a stranger's number can cause.
        public static let greatestExponent = 4096

        /// In `[0, n)`.
        public let residue: BigInteger
        /// Power of 16.
        public let exponent: Int

        /// - Throws: ``PaillierError/plaintextOutOfRange(bitCount:limit:)``, ``PaillierError/encodedNumberOverflow``
        ///   for an exponent beyond ``greatestExponent``.
        public init(residue: BigInteger, exponent: Int, key: PublicKey) throws(PaillierError) {
            try key.checkPlaintext(residue)
            guard exponent.magnitude <= Self.greatestExponent else { throw .encodedNumberOverflow }
            self.residue = residue
            self.exponent = exponent
        }

        /// An integer, with exponent 0.
        ///
        /// - Throws: ``PaillierError/signedValueOutOfRange(bitCount:limit:)``.
        public init(integer: BigInteger, key: PublicKey) throws(PaillierError) {
            try self.init(mantissa: integer, exponent: 0, key: key)
        }

        /// A double, exactly, with the exponent that python-paillier gives it.
        ///
        /// - Throws: ``PaillierError/numberNotRepresentable`` for NaN and infinities,
        ///   ``PaillierError/signedValueOutOfRange(bitCount:limit:)``.
        public init(double: Double, key: PublicKey) throws(PaillierError) {
            guard double.isFinite else { throw .numberNotRepresentable }
            // frexp: 0.5 <= |fraction| < 1, and exponent 0 for 0. The lowest of the 53 bits lies at frexp - 53.
            let lowestBit = (double == 0 ? 0 : Int(double.exponent) + 1) - 53
            let exponent = lowestBit >> 2
            let bits = BigInteger(Int(double.significand * 0x1p52))
            let mantissa = double == 0 ? 0 : bits << (lowestBit - 4 * exponent)
            try self.init(mantissa: double < 0 ? -mantissa : mantissa, exponent: exponent, key: key)
        }

        private init(mantissa: BigInteger, exponent: Int, key: PublicKey) throws(PaillierError) {
            let limit = Self.limit(key)
            guard mantissa.magnitude <= limit else {
                throw .signedValueOutOfRange(bitCount: mantissa.bitWidth, limit: limit.bitWidth)
            }
            try self.init(residue: mantissa.modulo(key.modulus), exponent: exponent, key: key)
        }

        /// `⌊n / 3⌋ - 1`, python-paillier's `max_int`.
        static func limit(_ key: PublicKey) -> BigInteger {
            key.modulus.truncatedQuotientAndRemainder(dividingBy: 3).quotient - 1
        }

        /// The signed mantissa.
        ///
        /// - Throws: ``PaillierError/encodedNumberOverflow`` for a residue in the middle third.
        public func mantissa(under key: PublicKey) throws(PaillierError) -> BigInteger {
            let limit = Self.limit(key)
            if residue <= limit { return residue }
            guard residue >= key.modulus - limit else { throw .encodedNumberOverflow }
            return residue - key.modulus
        }

        /// The exact value as decimal text, without zeros at the end of a fraction.
        ///
        /// - Throws: ``PaillierError/encodedNumberOverflow``.
        public func decimalText(under key: PublicKey) throws(PaillierError) -> String {
            let mantissa = try mantissa(under: key)
            guard exponent < 0 else { return (mantissa << (4 * exponent)).description }
            // m / 2^k = m · 5^k / 10^k.
            let places = -4 * exponent
            let scaled = mantissa * BigInteger(5).power(UInt(places))
            var text = FixedPointEncoding.text(scaled, decimals: places)
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
            return text
        }

        /// The nearest double, as python-paillier's `decode` gives it.
        ///
        /// - Throws: ``PaillierError/encodedNumberOverflow``, also where no double is that large.
        public func doubleValue(under key: PublicKey) throws(PaillierError) -> Double {
            guard let value = Double(try decimalText(under: key)), value.isFinite else { throw .encodedNumberOverflow }
            return value
        }

        /// The same value with a lower exponent.
        ///
        /// - Precondition: `newExponent <= exponent`.
        /// - Throws: ``PaillierError/encodedNumberOverflow`` beyond ``greatestExponent``.
        public func lowered(to newExponent: Int, key: PublicKey) throws(PaillierError) -> EncodedNumber {
            precondition(newExponent <= exponent, "an exponent can only be lowered")
            guard newExponent >= -Self.greatestExponent else { throw .encodedNumberOverflow }
            let factor = BigInteger.one << (4 * (exponent - newExponent))
            return try EncodedNumber(
                residue: (residue * factor).modulo(key.modulus), exponent: newExponent, key: key)
        }
    }
}
