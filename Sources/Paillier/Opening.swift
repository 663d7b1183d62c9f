public import Multiprecision

/// What a decryption shows so that anybody can check it: `c ≡ (1 + M·n) · rⁿ (mod n²)`.
///
/// The randomness of a *sum* tells no more than the sum does. That of a single row makes the row's ciphertext
/// recognisable as an encryption of this plaintext: that is its purpose.
public struct Opening: Hashable, Sendable, Codable {
    /// M, in `[0, n)`.
    public let plaintext: BigInteger
    /// r, in `(0, n)`, coprime to n.
    public let randomness: BigInteger

    /// Takes values from outside; ``PublicKey/verify(_:of:)`` judges them.
    public init(plaintext: BigInteger, randomness: BigInteger) {
        self.plaintext = plaintext
        self.randomness = randomness
    }
}
