import Multiprecision

extension KeyShare {
    /// Gives this holder's part of the decryption of `ciphertexts`, with one proof for all of them.
    ///
    /// - Parameters:
    ///   - ciphertexts: At least one. Whoever calls has decided that they may be opened.
    ///   - context: What the decryption is for, such as the digest of a request; the proof holds for this alone.
    ///   - workers: Threads, 1 or more; 1 is the caller's own.
    /// - Throws: ``PaillierError/keyMismatch``, ``PaillierError/shareOfAnotherEpoch(found:expected:)``,
    ///   ``PaillierError/noCiphertexts``.
    /// - Complexity: A power with an exponent of the share's length for each ciphertext, and two more for the proof: about
    ///   0.2 s for one at 3072 bits.
    public func decrypt(
        _ ciphertexts: [Ciphertext], under key: ThresholdKey, context: [UInt8], workers: Int = 1
    ) throws(PaillierError) -> PartialDecryption {
        var generator = SystemRandomNumberGenerator()
        return try decrypt(ciphertexts, under: key, context: context, workers: workers, using: &generator)
    }

    /// The same with the given source of randomness; anything but the operating system's is for tests.
    public func decrypt(
        _ ciphertexts: [Ciphertext], under key: ThresholdKey, context: [UInt8], workers: Int = 1,
        using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> PartialDecryption {
        guard epoch == key.epoch else { throw .shareOfAnotherEpoch(found: epoch, expected: key.epoch) }
        guard !ciphertexts.isEmpty else { throw .noCiphertexts }
        guard ciphertexts.allSatisfy({ $0.key == key.publicKey }) else { throw .keyMismatch }
        let exponent = value * key.delta
        let values = try powers(ciphertexts, exponent + exponent, key, workers: workers)
        let statement = PartialStatement(ciphertexts, values, key, holder: holder, context: context)
        let own = key.verificationValues[holder - 1]
        // Longer than e·Δs by κ bits: the response tells nothing of the share.
        let mask = BigInteger.random(
            bitCount: key.exponentBitCount + 2 * ShareDealing.statisticalBitCount, using: &generator)
        let a = try statement.fourth.signedSecretPower(mask, modulo: key.publicKey.modulusSquared)
        let challenge = statement.challenge(key, own, a, try key.base.secretPower(mask))
        let response = mask + challenge * exponent
        // Only a share of negative sign with a mask out of all proportion could bring it there.
        guard response.signum > 0 else {
            return try decrypt(ciphertexts, under: key, context: context, workers: workers, using: &generator)
        }
        return PartialDecryption(
            holder: holder, epoch: epoch, values: values, challenge: challenge, response: response)
    }

    /// Eight at a time where the processor has a vector unit and there are enough of them.
    private func powers(
        _ ciphertexts: [Ciphertext], _ exponent: BigInteger, _ key: ThresholdKey, workers: Int
    ) throws(PaillierError) -> [BigInteger] {
        let square = key.publicKey.modulusSquared
        guard let lanes = key.publicKey.context.lanes, ciphertexts.count > 2, !exponent.isZero else {
            return try concurrentMap(ciphertexts.count, workers: workers) { index throws(PaillierError) in
                try ciphertexts[index].value.signedSecretPower(exponent, modulo: square)
            }
        }
        let bitCount = key.exponentBitCount + 1
        let size = LaneRing.laneCount
        return try concurrentMap((ciphertexts.count + size - 1) / size, workers: workers) {
            group throws(PaillierError) in
            let bases = ciphertexts[(group * size)..<min(ciphertexts.count, (group + 1) * size)].map(\.value)
            let (workspace, numbers) = (lanes.makeWorkspace(), lanes.makeNumber())
            lanes.enter(bases, into: numbers, workspace: workspace)
            lanes.secretPower(numbers, exponent.magnitude, bitCount: bitCount, into: numbers, workspace: workspace)
            let powers = lanes.values(numbers, count: bases.count, workspace: workspace)
            if exponent.signum > 0 { return powers }
            var inverses: [BigInteger] = []
            for power in powers { inverses.append(try power.signedPower(-1, modulo: square)) }
            return inverses
        }.flatMap(\.self)
    }
}
