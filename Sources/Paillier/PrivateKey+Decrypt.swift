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
}
