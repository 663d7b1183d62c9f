public import Multiprecision

/// Negative numbers as residues: `m` in `[-(n-1)/2, (n-1)/2]` stands as `m mod n`.
///
/// Sums and products with known numbers keep their sign as long as they stay in that range; leaving it cannot be seen.
/// (python-paillier keeps the middle third free to notice some overflows: ``PythonPaillier/EncodedNumber``.)
public struct SignedEncoding: Hashable, Sendable {
    private let modulus: BigInteger
    /// The largest magnitude, `(n - 1) / 2`.
    public let limit: BigInteger

    /// The encoding for a key.
    public init(key: PublicKey) {
        modulus = key.modulus
        limit = (key.modulus - 1) >> 1
    }

    /// The residue in `[0, n)` for a number.
    ///
    /// - Throws: ``PaillierError/signedValueOutOfRange(bitCount:limit:)``.
    public func encode(_ value: BigInteger) throws(PaillierError) -> BigInteger {
        guard value.magnitude <= limit else {
            throw .signedValueOutOfRange(bitCount: value.bitWidth, limit: limit.bitWidth)
        }
        return value.modulo(modulus)
    }

    /// The number for a residue.
    ///
    /// - Throws: ``PaillierError/plaintextOutOfRange(bitCount:limit:)`` unless the residue is in `[0, n)`.
    public func decode(_ residue: BigInteger) throws(PaillierError) -> BigInteger {
        guard residue.signum >= 0, residue < modulus else {
            throw .plaintextOutOfRange(bitCount: residue.bitWidth, limit: modulus.bitWidth)
        }
        return residue > limit ? residue - modulus : residue
    }
}
