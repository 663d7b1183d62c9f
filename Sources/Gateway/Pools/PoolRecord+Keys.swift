package import Contracts
import Multiprecision
package import Paillier

extension PoolRecord {
    /// The pool's public key; its proof was verified when the pool was created, by everyone who executed that block.
    package func publicKey() throws -> PublicKey {
        try PublicKey(modulus: BigInteger(bigEndianBytes: Array(modulus)))
    }

    /// How this pool's encryptors draw their randomness.
    var encryptionRandomness: Encryptor.Randomness {
        switch randomness {
        case .half: .half
        case .short: .short(bits: 512)
        case .textbook: .textbook
        }
    }
}
