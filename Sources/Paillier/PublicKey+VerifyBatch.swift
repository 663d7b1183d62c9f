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
    /// - Complexity: 8 powers modulo n² and about 0.2 ms an opening at 3072 bits; up to 8 openings one power each.
    public func verifyBatch(_ openings: [(ciphertext: Ciphertext, opening: Opening)]) throws(PaillierError) {
        guard openings.count > Self.rounds else { return try verifyEach(openings) }
        for (index, item) in openings.enumerated() {
            try checkRange(of: item.opening, for: item.ciphertext, index: index)
        }
        let ciphertexts = openings.map { context.ciphertextRing.makeElement($0.ciphertext.value) }
        let roots = openings.map { context.plaintextRing.makeElement($0.opening.randomness) }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<Self.rounds {
            let coefficients = openings.map { _ in UInt16.random(in: .min ... .max, using: &generator) }
            let product = powerProduct(ciphertexts, coefficients, ring: context.ciphertextRing, lanes: context.lanes)
            let root = powerProduct(roots, coefficients, ring: context.plaintextRing, lanes: context.plaintextLanes)
            let residue = root.power(modulus, modulo: modulusSquared, variableTime: true)
            var sum = BigInteger.zero
            for (coefficient, item) in zip(coefficients, openings) {
                sum += BigInteger(Int(coefficient)) * item.opening.plaintext
            }
            guard product == ((sum.modulo(modulus) * modulus + 1) * residue).modulo(modulusSquared) else {
                try verifyEach(openings)
                throw .openingBatchDoesNotMatch(count: openings.count)
            }
        }
    }

    private func verifyEach(_ openings: [(ciphertext: Ciphertext, opening: Opening)]) throws(PaillierError) {
        for (index, item) in openings.enumerated() { try verify(item.opening, of: item.ciphertext, index: index) }
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
