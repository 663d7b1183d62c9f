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

    /// The plaintexts of many ciphertexts in their order, on this thread.
    ///
    /// Eight at a time where the processor has a vector unit, in constant time as ever.
    /// - Throws: ``PaillierError/keyMismatch``, ``PaillierError/decryptionInexact``; then nothing is given out.
    /// - Complexity: About 2 ms a ciphertext at 3072 bits on a vector unit.
    public func decrypt(_ ciphertexts: [Ciphertext]) throws(PaillierError) -> [BigInteger] {
        guard ciphertexts.allSatisfy({ $0.key == publicKey }) else { throw .keyMismatch }
        return try factors.decrypt(ciphertexts)
    }
}
