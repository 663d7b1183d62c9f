public import Multiprecision

extension PrivateKey {
    /// The plaintext in `[0, n)`.
    ///
    /// `M_p = L_p(c^(p-1) mod p²) · h_p mod p`, likewise for q, joined. Exponentiation in constant time.
    /// - Throws: ``PaillierError/keyMismatch``, ``PaillierError/decryptionInexact``.
    /// - Complexity: Two powers at half the length: about 10 ms at 3072 bits.
    public func decrypt(_ ciphertext: Ciphertext) throws(PaillierError) -> BigInteger {
        guard ciphertext.key == publicKey else { throw .keyMismatch }
        return try factors.decrypt(ciphertext)
    }

    /// The plaintexts of many ciphertexts, in their order.
    ///
    /// Eight at a time where the processor has a vector unit, in constant time as ever.
    /// - Parameter workers: Threads, 1 or more; 1 is the caller's own.
    /// - Throws: ``PaillierError/keyMismatch``, ``PaillierError/decryptionInexact``; then nothing is given out.
    /// - Complexity: About 2 ms a ciphertext and thread at 3072 bits on a vector unit.
    public func decrypt(_ ciphertexts: [Ciphertext], workers: Int = 1) throws(PaillierError) -> [BigInteger] {
        guard ciphertexts.allSatisfy({ $0.key == publicKey }) else { throw .keyMismatch }
        return try inGroups(ciphertexts, workers: workers) { group throws(PaillierError) in
            try factors.decrypt(group)
        }
    }

    /// As many ciphertexts at a time as a vector unit takes, on `workers` threads; the results in order.
    func inGroups<Output: Sendable>(
        _ ciphertexts: [Ciphertext], workers: Int,
        _ body: @Sendable ([Ciphertext]) throws(PaillierError) -> [Output]
    ) throws(PaillierError) -> [Output] {
        guard workers > 1 else { return try body(ciphertexts) }
        let size = LaneRing.laneCount
        return try concurrentMap((ciphertexts.count + size - 1) / size, workers: workers) {
            group throws(PaillierError) in
            try body(Array(ciphertexts[(group * size)..<min(ciphertexts.count, (group + 1) * size)]))
        }.flatMap(\.self)
    }
}
