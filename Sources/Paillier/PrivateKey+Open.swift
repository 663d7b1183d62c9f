extension PrivateKey {
    /// Decrypts and recovers the randomness that proves it: `r = (c mod n)^(n^-1 mod λ) mod n`.
    ///
    /// The opening is verified before it is given out. A fault in one half of a CRT computation would otherwise publish
    /// a value that is right modulo one prime only, and with it the factors.
    /// - Throws: ``PaillierError/keyMismatch``, ``PaillierError/decryptionInexact``,
    ///   ``PaillierError/openingDoesNotMatch(index:)`` after a fault.
    /// - Complexity: A decryption, two powers modulo p and q, and the verification: about 60 ms at 3072 bits.
    public func open(_ ciphertext: Ciphertext) throws(PaillierError) -> Opening {
        guard ciphertext.key == publicKey else { throw .keyMismatch }
        let opening = Opening(
            plaintext: try factors.decrypt(ciphertext), randomness: try factors.root(of: ciphertext.value))
        try publicKey.verify(opening, of: ciphertext)
        return opening
    }

    /// Opens many ciphertexts, in their order; all are verified together before one is given out.
    ///
    /// - Parameter workers: Threads, 1 or more; 1 is the caller's own.
    /// - Throws: As ``open(_:)-(Ciphertext)``, and ``PaillierError/openingBatchDoesNotMatch(count:)`` after a fault.
    public func open(_ ciphertexts: [Ciphertext], workers: Int = 1) throws(PaillierError) -> [Opening] {
        guard ciphertexts.allSatisfy({ $0.key == publicKey }) else { throw .keyMismatch }
        let openings = try inGroups(ciphertexts, workers: workers) { group throws(PaillierError) in
            let (plaintexts, roots) = (try factors.decrypt(group), try factors.roots(of: group.map(\.value)))
            return zip(plaintexts, roots).map { Opening(plaintext: $0, randomness: $1) }
        }
        try publicKey.verifyBatch(Array(zip(ciphertexts, openings)))
        return openings
    }
}
