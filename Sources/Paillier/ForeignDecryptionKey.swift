public import Multiprecision

/// A private key of another program, such as python-paillier, whose primes need not be safe: it decrypts, and does
/// nothing else.
///
/// It is a type of its own so that it cannot be registered as a pool's key, prove a modulus, or open results: those need
/// ``PrivateKey``. To encrypt for its ``publicKey``, use ``Encryptor/Randomness/textbook``, since the shorter
/// randomness rests on safe primes. Any thread may use it.
public final class ForeignDecryptionKey: Sendable {
    /// The public half.
    public let publicKey: PublicKey
    private let factors: FactoredModulus

    /// Takes two distinct primes.
    ///
    /// - Throws: ``PaillierError/factorNotPrime``, ``PaillierError/factorsEqual``,
    ///   ``PaillierError/factorsShareRelation`` where gcd(n, φ(n)) is not 1, and what ``PublicKey/init(modulus:)``
    ///   throws.
    public init(p: BigInteger, q: BigInteger) throws(PaillierError) {
        guard p.signum > 0, q.signum > 0, p.bitWidth + q.bitWidth <= PublicKey.greatestBitCount + 1 else {
            throw .factorNotPrime
        }
        guard p != q else { throw .factorsEqual }
        publicKey = try PublicKey(modulus: p * q)
        let rounds = SafePrimeSearch.rounds
        guard p.isProbablePrime(rounds: rounds), q.isProbablePrime(rounds: rounds) else { throw .factorNotPrime }
        factors = try FactoredModulus(p: p, q: q)
    }

    /// The plaintext in `[0, n)`, with exponentiation in constant time.
    ///
    /// - Throws: ``PaillierError/keyMismatch``, ``PaillierError/decryptionInexact``.
    public func decrypt(_ ciphertext: Ciphertext) throws(PaillierError) -> BigInteger {
        guard ciphertext.key == publicKey else { throw .keyMismatch }
        return try factors.decrypt(ciphertext)
    }
}
