import CryptoExtras
import Crypto
import Foundation

/// How much work and memory deriving a key from a passphrase takes (RFC 7914).
package struct ScryptCost: Hashable, Sendable, Codable {
    /// N = 2^logN.
    package let logN: Int
    package let r: Int
    package let p: Int

    /// N = 2^17, r = 8, p = 1: 128 MiB, and about half a second a guess (OWASP's first choice for scrypt).
    package static let standard = ScryptCost(logN: 17, r: 8, p: 1)

    /// Quick, and no protection at all.
    package static let insecureForTesting = ScryptCost(logN: 4, r: 8, p: 1)

    private static let largestByteCount = 1 << 30

    /// Bytes of memory: 128·N·r·p.
    var byteCount: Int { 128 * r * p << logN }

    /// A file may come from anybody: it must not make the process take 100 GB or a day. 1 GiB, about 5 seconds.
    var isWithinBounds: Bool {
        (1...20).contains(logN) && (1...32).contains(r) && (1...16).contains(p)
            && byteCount <= ScryptCost.largestByteCount
    }

    func deriveKey(from passphrase: SecretBytes, salt: Data) throws -> SymmetricKey {
        precondition(isWithinBounds && passphrase.count > 0)
        return try passphrase.withUnsafeData {
            try KDF.Scrypt.deriveKey(
                from: $0, salt: salt, outputByteCount: 32, rounds: 1 << logN, blockSize: r, parallelism: p)
        }
    }
}
