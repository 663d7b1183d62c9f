public import Multiprecision

/// A Paillier private key from two safe primes, `p = 2p′ + 1` and `q = 2q′ + 1`, of equal length.
///
/// Any thread may use it. Its numbers are wiped from memory when the last reference goes.
///
/// Every power with a secret exponent runs in constant time. The joins around them are ordinary multiplications and
/// divisions, whose time depends on lengths, and in rare corrections on values.
public final class PrivateKey: Sendable {
    /// The public half.
    public let publicKey: PublicKey
    let factors: FactoredModulus

    /// Takes two safe primes from outside, such as from a vault.
    ///
    /// - Throws: ``PaillierError`` where a factor is no safe prime, lengths differ, the factors are equal or closer than
    ///   `2^(length - 100)`, or n is shorter than 2048 bits.
    /// - Complexity: About 100 ms at 3072 bits, most of it for primality.
    public convenience init(p: BigInteger, q: BigInteger) throws(PaillierError) {
        try self.init(p: p, q: q, leastBitCount: PublicKey.leastBitCount)
    }

    /// The same from 64 bits on. It protects nothing.
    public convenience init(insecurePForTesting p: BigInteger, q: BigInteger) throws(PaillierError) {
        try self.init(p: p, q: q, leastBitCount: 64)
    }

    /// - Parameter primesAreChecked: For primes that this module has just found.
    init(p: BigInteger, q: BigInteger, leastBitCount: Int, primesAreChecked: Bool = false) throws(PaillierError) {
        guard p.signum > 0, p.bitWidth == q.bitWidth else { throw .primesOfUnequalLength }
        let bitCount = (p * q).bitWidth
        guard bitCount >= leastBitCount else { throw .modulusTooShort(bitCount: bitCount, least: leastBitCount) }
        guard bitCount <= PublicKey.greatestBitCount else {
            throw .modulusTooLong(bitCount: bitCount, most: PublicKey.greatestBitCount)
        }
        guard p != q else { throw .factorsEqual }
        // FIPS 186-5, A.1.3: factors this close to √n would be found from there.
        guard bitCount < PublicKey.leastBitCount || (p - q).bitWidth > p.bitWidth - 100 else {
            throw .factorsShareRelation
        }
        if !primesAreChecked {
            guard SafePrimeSearch.isSafePrime(p), SafePrimeSearch.isSafePrime(q) else { throw .factorNotSafePrime }
        }
        publicKey = try PublicKey(ownModulus: p * q)
        factors = try FactoredModulus(p: p, q: q)
    }

    /// The same key, whose products run on `kernel`, or on GMP alone.
    package func running(on kernel: LaneKernel?) throws(PaillierError) -> PrivateKey {
        try PrivateKey(
            publicKey: publicKey.running(on: kernel),
            factors: FactoredModulus(p: factors.first.prime, q: factors.second.prime, kernel: kernel))
    }

    private init(publicKey: PublicKey, factors: FactoredModulus) {
        self.publicKey = publicKey
        self.factors = factors
    }
}
