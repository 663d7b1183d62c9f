import Multiprecision

/// Random combinations: `∏ cᵢ^eᵢ ≡ (1 + n·Σ eᵢMᵢ) · (∏ rᵢ^eᵢ mod n)ⁿ (mod n²)`.
///
/// A wrong plaintext leaves a factor `1 + δn` whose order is a divisor of n, and passes with probability 1 over that
/// order's least prime, if the coefficients are long. A hostile owner may choose that prime small, though over
/// ``PublicKey/trialDivisionBound`` = 2^16: one round with 128-bit coefficients would be sound to 2^-16 only. So the 128
/// bits are spent in 8 independent rounds of 16 bits, each sound to 2^-16 against every key that passed the trial
/// division. That departs from one round of κ bits; the work on each ciphertext is the same.
extension PublicKey {
    private static let rounds = 8
    private static let coefficientBits = 16

    /// Checks many openings at once; variable time.
    ///
    /// Vouches for the *plaintexts*, with error at most 2^-128 (for a key whose ``NthRootProof`` holds). A randomness
    /// that is wrong by a factor of small order may pass: it changes no plaintext.
    /// - Throws: ``PaillierError/keyMismatch``, ``PaillierError/openingOutOfRange(index:)``,
    ///   ``PaillierError/openingDoesNotMatch(index:)`` with the index of the first that fails.
    /// - Complexity: 8 powers modulo n², together 0.1 s at 3072 bits on a vector unit, and about 0.2 ms an opening; up to 8
    ///   openings one power each.
    public func verifyBatch(_ openings: [(ciphertext: Ciphertext, opening: Opening)]) throws(PaillierError) {
        guard openings.count > Self.rounds else { return try verifyEach(openings) }
        for (index, item) in openings.enumerated() {
            try checkRange(of: item.opening, for: item.ciphertext, index: index)
        }
        let ciphertexts = openings.map { context.ciphertextRing.makeElement($0.ciphertext.value) }
        let roots = openings.map { context.plaintextRing.makeElement($0.opening.randomness) }
        var generator = SystemRandomNumberGenerator()
        let rounds = (0..<Self.rounds).map { _ in
            let coefficients = openings.map { _ in UInt16.random(in: .min ... .max, using: &generator) }
            var sum = BigInteger.zero
            for (coefficient, item) in zip(coefficients, openings) {
                sum += BigInteger(Int(coefficient)) * item.opening.plaintext
            }
            return Round(
                ciphertext: powerProduct(
                    ciphertexts, coefficients, ring: context.ciphertextRing, lanes: context.lanes),
                plaintext: sum.modulo(modulus),
                root: powerProduct(roots, coefficients, ring: context.plaintextRing, lanes: context.plaintextLanes))
        }
        for (round, residue) in zip(rounds, nthPowersModuloSquare(rounds.map(\.root)))
        where round.ciphertext != ((round.plaintext * modulus + 1) * residue).modulo(modulusSquared) {
            try verifyEach(openings)
            throw .openingBatchDoesNotMatch(count: openings.count)
        }
    }

    /// One random combination of all openings.
    private struct Round {
        let ciphertext: BigInteger
        let plaintext: BigInteger
        let root: BigInteger
    }

    private func verifyEach(_ openings: [(ciphertext: Ciphertext, opening: Opening)]) throws(PaillierError) {
        for (index, item) in openings.enumerated() {
            try checkRange(of: item.opening, for: item.ciphertext, index: index)
        }
        let residues = nthPowersModuloSquare(openings.map(\.opening.randomness))
        for (index, item) in openings.enumerated() {
            let expected = ((item.opening.plaintext * modulus + 1) * residues[index]).modulo(modulusSquared)
            guard expected == item.ciphertext.value else { throw .openingDoesNotMatch(index: index) }
        }
    }

    private func powerProduct(
        _ bases: [MontgomeryModulus.Element], _ exponents: [UInt16], ring: MontgomeryModulus, lanes: LaneRing?
    ) -> BigInteger {
        let product = PowerProduct(
            ring: ring, lanes: lanes, exponentBitCount: Self.coefficientBits, expectedCount: bases.count)
        for (base, exponent) in zip(bases, exponents) {
            withExtendedLifetime(base) {
                product.multiply(by: MontgomeryModulus.Limbs(base.limbs), exponent: UInt64(exponent))
            }
        }
        return product.value()
    }
}
