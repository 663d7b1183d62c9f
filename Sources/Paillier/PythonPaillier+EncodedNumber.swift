public import Foundation
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

        /// An integer: exponent 0, unless `precision` or `greatestExponent` ask for another.
        ///
        /// - Parameters:
        ///   - precision: A positive number that is to stay distinguishable from zero: the exponent is
        ///     `⌊log16 precision⌋`, and what lies below it is rounded away, a half to the even neighbour.
        ///   - maximumExponent: The exponent becomes no greater than this, at no loss.
        /// - Throws: ``PaillierError/signedValueOutOfRange(bitCount:limit:)``,
        ///   ``PaillierError/numberNotRepresentable`` for a precision that is not positive and finite.
        public init(
            integer: BigInteger, key: PublicKey, precision: Double? = nil, maximumExponent: Int? = nil
        ) throws(PaillierError) {
            let exponent = min(try Self.exponent(of: precision) ?? 0, maximumExponent ?? .max)
            try self.init(integer, timesTwoTo: 0, exponent: exponent, key: key)
        }

        /// A double, exactly, with the exponent that python-paillier gives it, unless `precision` asks for another.
        ///
        /// - Parameters:
        ///   - precision: As for integers: with it the double is rounded.
        ///   - maximumExponent: The exponent becomes no greater than this, at no loss.
        /// - Throws: ``PaillierError/numberNotRepresentable`` for NaN and infinities, and for a precision that is not
        ///   positive and finite; ``PaillierError/signedValueOutOfRange(bitCount:limit:)``.
        public init(
            double: Double, key: PublicKey, precision: Double? = nil, maximumExponent: Int? = nil
        ) throws(PaillierError) {
            guard double.isFinite else { throw .numberNotRepresentable }
            // frexp: 0.5 <= |fraction| < 1, and exponent 0 for 0. The lowest of the 53 bits lies at frexp - 53.
            let lowestBit = (double == 0 ? 0 : Int(double.exponent) + 1) - 53
            let exponent = min(try Self.exponent(of: precision) ?? (lowestBit >> 2), maximumExponent ?? .max)
            let bits = double == 0 ? 0 : BigInteger(Int(double.significand * 0x1p52))
            try self.init(double < 0 ? -bits : bits, timesTwoTo: lowestBit, exponent: exponent, key: key)
        }

        /// python-paillier's `floor(log(precision, 16))`, by the same two logarithms and their quotient.
        private static func exponent(of precision: Double?) throws(PaillierError) -> Int? {
            guard let precision else { return nil }
            guard precision.isFinite, precision > 0 else { throw .numberNotRepresentable }
            return Int((log(precision) / log(16.0)).rounded(.down))
        }

        /// `number · 2^power`, rounded to a multiple of `16^exponent`, a half to the even neighbour.
        private init(
            _ number: BigInteger, timesTwoTo power: Int, exponent: Int, key: PublicKey
        ) throws(PaillierError) {
            guard exponent.magnitude <= Self.greatestExponent else { throw .encodedNumberOverflow }
            let shift = power - 4 * exponent
            // Refused before it is made: a double shifted by thousands of bits.
            guard number.isZero || number.bitWidth + shift <= key.bitCount else {
                throw .signedValueOutOfRange(bitCount: number.bitWidth + shift, limit: Self.limit(key).bitWidth)
            }
            let magnitude = shift >= 0 ? number.magnitude << shift : Self.rounded(number.magnitude, bits: -shift)
            try self.init(mantissa: number.signum < 0 ? -magnitude : magnitude, exponent: exponent, key: key)
        }

        /// `magnitude / 2^bits`, a half to the even neighbour, as Python rounds fractions.
        private static func rounded(_ magnitude: BigInteger, bits: Int) -> BigInteger {
            let quotient = magnitude >> bits
            let rest = magnitude - (quotient << bits)
            let half = BigInteger.one << (bits - 1)
            return rest > half || (rest == half && !quotient.isEven) ? quotient + 1 : quotient
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

extension PythonPaillier.EncodedNumber {
    /// Reads `{"e": exponent, "v": "decimal residue"}`.
    ///
    /// python-paillier has no JSON of its own for encoded numbers: this is pheutil's form of an encrypted one, with the
    /// residue (`encoding`) where the ciphertext stands.
    /// - Throws: ``PaillierError/jsonMalformed(member:)``, ``PaillierError/plaintextOutOfRange(bitCount:limit:)``,
    ///   ``PaillierError/encodedNumberOverflow`` for an exponent out of bounds.
    public init(json data: Data, under key: PublicKey) throws(PaillierError) {
        let document = try PythonPaillier.decode(PythonPaillier.NumberDocument.self, data)
        try self.init(residue: try document.number(under: key), exponent: document.e, key: key)
    }

    /// What ``init(json:under:)`` reads.
    public func json() throws(PaillierError) -> Data {
        try PythonPaillier.encode(PythonPaillier.NumberDocument(v: residue.description, e: exponent))
    }
}
