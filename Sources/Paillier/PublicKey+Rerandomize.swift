import Multiprecision

extension PublicKey {
    /// The same plaintext under fresh randomness: nobody without the private key can tell the two together.
    ///
    /// - Throws: ``PaillierError/keyMismatch``.
    /// - Complexity: One encryption.
    public func rerandomize(
        _ ciphertext: Ciphertext, using encryptor: Encryptor
    ) throws(PaillierError) -> Ciphertext {
        guard encryptor.key == self else { throw .keyMismatch }
        return try add(ciphertext, encryptor.encrypt(0))
    }
}
