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
    /// - Complexity: 8 powers modulo n² and about 1 ms an opening at 3072 bits; up to 8 openings one power each.
    public func verifyBatch(_ openings: [(ciphertext: Ciphertext, opening: Opening)]) throws(PaillierError) {
        guard openings.count > Self.rounds else { return try verifyEach(openings) }
        for (index, item) in openings.enumerated() {
            try checkRange(of: item.opening, for: item.ciphertext, index: index)
        }
        let ciphertexts = PowerProduct(ring: context.ciphertextRing, values: openings.map { $0.ciphertext.value })
        let roots = PowerProduct(ring: context.plaintextRing, values: openings.map { $0.opening.randomness })
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<Self.rounds {
            let coefficients = openings.map { _ in UInt16.random(in: .min ... .max, using: &generator) }
            let product = ciphertexts.product(coefficients)
            let residue = roots.product(coefficients).power(modulus, modulo: modulusSquared, variableTime: true)
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

    /// `∏ bᵢ^eᵢ` for short exponents, with squarings shared by all.
    ///
    /// Seam: the place of a multi-exponentiation for longer exponents.
    private struct PowerProduct {
        let ring: MontgomeryModulus
        let workspace: MontgomeryModulus.Workspace
        let bases: [MontgomeryModulus.Element]

        init(ring: MontgomeryModulus, values: [BigInteger]) {
            let workspace = ring.makeWorkspace()
            bases = values.map { ring.enter($0, workspace: workspace) }
            self.ring = ring
            self.workspace = workspace
        }

        func product(_ exponents: [UInt16]) -> BigInteger {
            let result = ring.enter(.one, workspace: workspace)
            for bit in (0..<coefficientBits).reversed() {
                ring.square(result, into: result, workspace: workspace)
                for (base, exponent) in zip(bases, exponents) where exponent >> UInt16(bit) & 1 == 1 {
                    ring.multiply(result, base, into: result, workspace: workspace)
                }
            }
            return ring.leave(result, workspace: workspace)
        }
    }
}
