import Multiprecision

/// Decryption modulo the square of one prime factor: half of a CRT decryption.
///
/// Holds secrets; the integers wipe themselves.
struct PrimePowerDecryption: Sendable {
    let prime: BigInteger
    let primeSquared: BigInteger
    private let primeMinusOne: BigInteger
    /// `h_p = L_p(g^(p-1) mod p²)^-1 mod p`, which is `(-q)^-1 mod p` for g = n + 1.
    private let scale: BigInteger
    /// `n^-1 mod (p - 1)`: takes n-th roots modulo p.
    private let rootExponent: BigInteger
    /// Products modulo p² and modulo p, eight at a time; `nil` without a vector unit.
    let lanes: (square: LaneRing, prime: LaneRing)?

    /// - Throws: ``PaillierError/factorsShareRelation`` where `q` or `n` has no inverse: then n is no Paillier modulus.
    init(prime: BigInteger, cofactor: BigInteger, kernel: LaneKernel?) throws(PaillierError) {
        self.prime = prime
        primeSquared = prime * prime
        primeMinusOne = prime - 1
        guard let scale = (-cofactor).inverse(modulo: prime),
            let rootExponent = (prime * cofactor).inverse(modulo: primeMinusOne)
        else { throw .factorsShareRelation }
        self.scale = scale
        self.rootExponent = rootExponent
        if let square = LaneRing(modulus: prime, isSquare: true, kernel: kernel),
            let field = LaneRing(modulus: prime, isSquare: false, kernel: kernel)
        {
            lanes = (square, field)
        } else {
            lanes = nil
        }
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

    /// The plaintexts of many modulo the prime, eight at a time.
    func plaintexts(of ciphertexts: [BigInteger]) throws(PaillierError) -> [BigInteger] {
        guard let ring = lanes?.square, ciphertexts.count > 2 else {
            return try ciphertexts.map { value throws(PaillierError) in try plaintext(of: value) }
        }
        let powers = secretPowers(ciphertexts, exponent: primeMinusOne, order: primeSquared, in: ring)
        return try powers.map { power throws(PaillierError) in
            guard let logarithm = (power - 1).exactQuotient(dividingBy: prime) else { throw .decryptionInexact }
            return (logarithm * scale).modulo(prime)
        }
    }

    /// The n-th roots of many values modulo the prime, eight at a time.
    func roots(of values: [BigInteger]) throws(PaillierError) -> [BigInteger] {
        guard let ring = lanes?.prime, values.count > 2 else {
            return try values.map { value throws(PaillierError) in try root(of: value) }
        }
        return secretPowers(values, exponent: rootExponent, order: prime, in: ring)
    }

    private func secretPowers(
        _ values: [BigInteger], exponent: BigInteger, order: BigInteger, in ring: LaneRing
    ) -> [BigInteger] {
        let (workspace, x) = (ring.makeWorkspace(), ring.makeNumber())
        return stride(from: 0, to: values.count, by: LaneRing.laneCount).flatMap { start in
            let group = values[start..<min(values.count, start + LaneRing.laneCount)]
            ring.enter(group.map { $0.modulo(order) }, into: x, workspace: workspace)
            ring.secretPower(x, exponent, bitCount: prime.bitWidth, into: x, workspace: workspace)
            return ring.values(x, count: group.count, workspace: workspace)
        }
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
