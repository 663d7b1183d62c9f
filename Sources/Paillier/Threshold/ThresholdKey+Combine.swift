public import Multiprecision

/// What the holders' parts gave together.
public struct ThresholdOpening: Hashable, Sendable {
    /// In the order of the ciphertexts, each in `[0, n)`.
    public let plaintexts: [BigInteger]
    /// Whose parts were used, in order.
    public let holders: [Int]
    /// What is wrong with the parts that were passed over, by holder: to be shown to whoever has to answer for them.
    public let faults: [Int: PaillierError]
}

extension ThresholdKey {
    /// Opens ciphertexts from any qualified set among `partials`; those that do not hold are passed over and named.
    ///
    /// `c′ = ∏ cᵢ^(2λᵢ)`, `M = L(c′) · (4Δ·f·W)⁻¹ mod n`, f the interpolation's factor (Δ for a single gate). The order
    /// of `partials` does not change the result. Anybody can do this: nothing in it is secret but what is done with the
    /// plaintexts.
    /// - Parameter partials: The first of each holder counts.
    /// - Throws: ``PaillierError/tooFewPartials(valid:faulty:)`` with the holders whose parts hold and those whose parts
    ///   do not; ``PaillierError/decryptionInexact``.
    /// - Complexity: A verification for each part, and short powers for each ciphertext: under 10 ms of them at 3072 bits.
    public func open(
        _ ciphertexts: [Ciphertext], with partials: [PartialDecryption], context: [UInt8], workers: Int = 1
    ) throws(PaillierError) -> ThresholdOpening {
        let verdicts = concurrentMap(partials.count, workers: workers) {
            index -> Result<VerifiedPartial, PaillierError> in
            Result { () throws(PaillierError) in try verify(partials[index], of: ciphertexts, context: context) }
        }
        var (valid, faults) = ([VerifiedPartial](), [Int: PaillierError]())
        for (partial, verdict) in zip(partials, verdicts) {
            switch verdict {
            case .success(let verified): valid.append(verified)
            case .failure(let fault): faults[partial.holder] = faults[partial.holder] ?? fault
            }
        }
        do {
            let opening = try combine(valid, of: ciphertexts, workers: workers)
            return ThresholdOpening(plaintexts: opening.plaintexts, holders: opening.holders, faults: faults)
        } catch .tooFewPartials(let valid, _) {
            throw .tooFewPartials(valid: valid, faulty: faults.keys.sorted())
        }
    }

    /// The same from parts that have been verified: under this key, and all for one thing. What was given for two requests
    /// opens neither.
    ///
    /// - Throws: ``PaillierError/shareOfAnotherEpoch(found:expected:)``, ``PaillierError/keyMismatch``;
    ///   ``PaillierError/partialsOfOtherCiphertexts``, ``PaillierError/partialsOfOtherContexts``;
    ///   ``PaillierError/tooFewPartials(valid:faulty:)``; ``PaillierError/decryptionInexact``.
    public func combine(
        _ partials: [VerifiedPartial], of ciphertexts: [Ciphertext], workers: Int = 1
    ) throws(PaillierError) -> ThresholdOpening {
        for verified in partials where verified.record.epoch != epoch {
            throw .shareOfAnotherEpoch(found: verified.record.epoch, expected: epoch)
        }
        guard partials.allSatisfy({ $0.record == record }) else { throw .keyMismatch }
        guard partials.allSatisfy({ $0.ciphertexts == ciphertexts }) else { throw .partialsOfOtherCiphertexts }
        guard Set(partials.map(\.context)).count <= 1 else { throw .partialsOfOtherContexts }
        let valid = Dictionary(partials.map { ($0.partial.holder, $0.partial) }) { first, _ in first }
        guard let interpolation = structure.interpolation(of: Set(valid.keys)) else {
            throw .tooFewPartials(valid: valid.keys.sorted(), faulty: [])
        }
        let divisor = 4 * delta * interpolation.factor * record.factor
        guard let inverse = divisor.inverse(modulo: publicKey.modulus) else { throw .decryptionInexact }
        let used = interpolation.weights.compactMap { holder, weight in valid[holder].map { ($0.values, weight) } }
        let plaintexts = try concurrentMap(ciphertexts.count, workers: workers) { index throws(PaillierError) in
            try plaintext(of: used.map { ($0.0[index], $0.1 + $0.1) }, inverse)
        }
        return ThresholdOpening(plaintexts: plaintexts, holders: interpolation.holders, faults: [:])
    }

    private func plaintext(
        of parts: [(value: BigInteger, exponent: BigInteger)], _ inverse: BigInteger
    ) throws(PaillierError) -> BigInteger {
        let square = publicKey.modulusSquared
        var product = BigInteger.one
        for part in parts {
            product = (product * (try part.value.signedPower(part.exponent, modulo: square))).modulo(square)
        }
        guard let quotient = (product - 1).exactQuotient(dividingBy: publicKey.modulus) else {
            throw .decryptionInexact
        }
        return (quotient * inverse).modulo(publicKey.modulus)
    }
}
