import Multiprecision

/// Decryption modulo the square of one prime factor: half of a CRT decryption.
///
/// Holds secrets; the integers wipe themselves.
struct PrimePowerDecryption: Sendable {
    let prime: BigInteger
    private let primeSquared: BigInteger
    private let primeMinusOne: BigInteger
    /// `h_p = L_p(g^(p-1) mod p²)^-1 mod p`, which is `(-q)^-1 mod p` for g = n + 1.
    private let scale: BigInteger
    /// `n^-1 mod (p - 1)`: takes n-th roots modulo p.
    private let rootExponent: BigInteger

    /// - Throws: ``PaillierError/factorsShareRelation`` where `q` or `n` has no inverse: then n is no Paillier modulus.
    init(prime: BigInteger, cofactor: BigInteger) throws(PaillierError) {
        self.prime = prime
        primeSquared = prime * prime
        primeMinusOne = prime - 1
        guard let scale = (-cofactor).inverse(modulo: prime),
            let rootExponent = (prime * cofactor).inverse(modulo: primeMinusOne)
        else { throw .factorsShareRelation }
        self.scale = scale
        self.rootExponent = rootExponent
    }

    /// The plaintext modulo the prime.
    ///
    /// - Throws: ``PaillierError/decryptionInexact`` where the division of L leaves something over: the ciphertext shares
    ///   the factor, or the key is damaged.
    func plaintext(of ciphertext: BigInteger) throws(PaillierError) -> BigInteger {
        let power = try secretPower(ciphertext, primeMinusOne, modulo: primeSquared)
        guard let logarithm = (power - 1).exactQuotient(dividingBy: prime) else { throw .decryptionInexact }
        return (logarithm * scale).modulo(prime)
    }

    /// The n-th root of `value` modulo the prime.
    func root(of value: BigInteger) throws(PaillierError) -> BigInteger {
        try secretPower(value, rootExponent, modulo: prime)
    }

    private func secretPower(
        _ base: BigInteger, _ exponent: BigInteger, modulo modulus: BigInteger
    ) throws(PaillierError) -> BigInteger {
        do {
            return try base.secretPower(exponent, modulo: modulus)
        } catch {
            throw .privateKeyMalformed
        }
    }
}
