public import Foundation
public import Multiprecision

extension PythonPaillier {
    /// python-paillier's encrypted number: a ciphertext of the mantissa beside the public exponent.
    ///
    /// Sums lower the larger exponent first, as python-paillier does; products add exponents. Its JSON is that of
    /// pheutil: `{"v": "decimal ciphertext", "e": exponent}`.
    public struct EncryptedNumber: Hashable, Sendable {
        /// Of the mantissa's residue.
        public let ciphertext: Ciphertext
        /// Power of 16.
        public let exponent: Int

        /// - Throws: ``PaillierError/encodedNumberOverflow`` for an exponent beyond
        ///   ``EncodedNumber/greatestExponent``.
        public init(ciphertext: Ciphertext, exponent: Int) throws(PaillierError) {
            guard exponent.magnitude <= EncodedNumber.greatestExponent else { throw .encodedNumberOverflow }
            self.ciphertext = ciphertext
            self.exponent = exponent
        }

        /// Encrypts an encoded number.
        public init(_ number: EncodedNumber, using encryptor: Encryptor) throws(PaillierError) {
            try self.init(ciphertext: try encryptor.encrypt(number.residue), exponent: number.exponent)
        }

        /// The encoded number that a decrypted residue stands for.
        ///
        /// - Parameter residue: The plaintext of ``ciphertext``.
        public func decoded(_ residue: BigInteger) throws(PaillierError) -> EncodedNumber {
            try EncodedNumber(residue: residue, exponent: exponent, key: ciphertext.key)
        }

        /// The same value with a lower exponent. Not rerandomised.
        ///
        /// - Precondition: `newExponent <= exponent`.
        /// - Throws: ``PaillierError/encodedNumberOverflow`` where the factor alone is beyond what a mantissa may be,
        ///   as python-paillier has it.
        public func lowered(to newExponent: Int) throws(PaillierError) -> EncryptedNumber {
            precondition(newExponent <= exponent, "an exponent can only be lowered")
            guard newExponent >= -EncodedNumber.greatestExponent else { throw .encodedNumberOverflow }
            let factor = BigInteger.one << (4 * (exponent - newExponent))
            guard factor <= EncodedNumber.limit(ciphertext.key) else { throw .encodedNumberOverflow }
            return try EncryptedNumber(
                ciphertext: try ciphertext.key.multiply(ciphertext, by: factor), exponent: newExponent)
        }

        /// The sum. Not rerandomised.
        public func adding(_ other: EncryptedNumber) throws(PaillierError) -> EncryptedNumber {
            let common = min(exponent, other.exponent)
            let (left, right) = (try lowered(to: common), try other.lowered(to: common))
            return try EncryptedNumber(
                ciphertext: try ciphertext.key.add(left.ciphertext, right.ciphertext), exponent: common)
        }

        /// The sum with a known number. Not rerandomised.
        public func adding(_ other: EncodedNumber) throws(PaillierError) -> EncryptedNumber {
            let common = min(exponent, other.exponent)
            let left = try lowered(to: common)
            let right = try other.lowered(to: common, key: ciphertext.key)
            return try EncryptedNumber(
                ciphertext: try ciphertext.key.add(left.ciphertext, plain: right.residue), exponent: common)
        }

        /// The product with a known number. Not rerandomised.
        public func multiplied(by other: EncodedNumber) throws(PaillierError) -> EncryptedNumber {
            try EncryptedNumber(
                ciphertext: try ciphertext.key.multiply(ciphertext, by: other.residue),
                exponent: exponent + other.exponent)
        }
    }
}

extension PythonPaillier.EncryptedNumber {
    /// Reads pheutil's JSON and checks the ciphertext under `key`.
    ///
    /// - Throws: ``PaillierError/jsonMalformed(member:)`` and what ``Ciphertext/init(checking:under:)`` throws.
    public init(json data: Data, under key: PublicKey) throws(PaillierError) {
        let document = try PythonPaillier.decode(PythonPaillier.NumberDocument.self, data)
        let value = try document.number(under: key)
        try self.init(ciphertext: try Ciphertext(checking: value, under: key), exponent: document.e)
    }

    /// pheutil's JSON.
    ///
    /// pheutil itself lowers exponents to -32 before it writes, so that they tell less; ``lowered(to:)`` does that. As
    /// it stands, an integer stays one for its reader.
    public func json() throws(PaillierError) -> Data {
        try PythonPaillier.encode(PythonPaillier.NumberDocument(v: ciphertext.value.description, e: exponent))
    }
}
