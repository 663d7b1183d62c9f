public import Multiprecision

/// The operators of python-paillier's `EncryptedNumber` beside those of two numbers of ours: with integers and doubles,
/// differences, quotients, and `obfuscate`. Ciphertexts and exponents come out as there.
extension PythonPaillier.EncryptedNumber {
    /// The sum with an integer, encoded with an exponent no greater than this number's. Not rerandomised.
    ///
    /// - Throws: ``PaillierError/signedValueOutOfRange(bitCount:limit:)``.
    public func adding(integer: BigInteger) throws(PaillierError) -> Self {
        try adding(.init(integer: integer, key: ciphertext.key, maximumExponent: exponent))
    }

    /// The sum with a double, encoded with an exponent no greater than this number's. Not rerandomised.
    ///
    /// - Throws: ``PaillierError/numberNotRepresentable``, ``PaillierError/signedValueOutOfRange(bitCount:limit:)``,
    ///   ``PaillierError/encodedNumberOverflow`` where the exponents are too far apart.
    public func adding(double: Double) throws(PaillierError) -> Self {
        try adding(.init(double: double, key: ciphertext.key, maximumExponent: exponent))
    }

    /// The product with an integer. Not rerandomised.
    ///
    /// - Throws: ``PaillierError/signedValueOutOfRange(bitCount:limit:)``.
    public func multiplied(byInteger integer: BigInteger) throws(PaillierError) -> Self {
        try multiplied(by: .init(integer: integer, key: ciphertext.key))
    }

    /// The product with a double. Not rerandomised.
    ///
    /// - Throws: ``PaillierError/numberNotRepresentable``, ``PaillierError/encodedNumberOverflow`` where the exponent
    ///   leaves its bounds.
    public func multiplied(byDouble double: Double) throws(PaillierError) -> Self {
        try multiplied(by: .init(double: double, key: ciphertext.key))
    }

    /// The product with `1 / divisor`, itself rounded to a double, as python-paillier divides. Not rerandomised.
    ///
    /// - Throws: ``PaillierError/numberNotRepresentable``, also for a divisor of 0.
    public func divided(byDouble divisor: Double) throws(PaillierError) -> Self {
        try multiplied(byDouble: 1 / divisor)
    }

    /// The number with the other sign, and the same exponent. Not rerandomised.
    public func negated() throws(PaillierError) -> Self {
        try Self(ciphertext: try ciphertext.key.negate(ciphertext), exponent: exponent)
    }

    /// The difference. Not rerandomised.
    ///
    /// - Throws: ``PaillierError/keyMismatch``, ``PaillierError/encodedNumberOverflow``.
    public func subtracting(_ other: Self) throws(PaillierError) -> Self {
        try adding(other.negated())
    }

    /// The same number under fresh randomness, python-paillier's `obfuscate`: to be called on a sum or a product
    /// before others see it.
    ///
    /// - Throws: ``PaillierError/keyMismatch``.
    public func rerandomized(using encryptor: Encryptor) throws(PaillierError) -> Self {
        try Self(ciphertext: try ciphertext.key.rerandomize(ciphertext, using: encryptor), exponent: exponent)
    }
}
