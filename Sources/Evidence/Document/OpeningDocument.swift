package import BlobStore
import CanonicalJSON
package import Foundation
package import Paillier
package import SharingModel

/// A result's opening in the clear: the plaintext of each ciphertext, with the randomness that proves it.
///
/// The ledger holds the SHA-256 of its canonical JSON as a commitment; `salt` keeps that from confirming a guess even
/// where a result has no ciphertext.
package struct OpeningDocument: Codable, Hashable, Sendable {
    /// Version of this form; 1.
    package let version: Int
    /// Id of the recorded result.
    package let result: Digest
    /// CID of the computed result.
    package let computed: CID
    /// In the order of the result's ciphertexts.
    package let openings: [Opening]
    /// 32 random bytes.
    package let salt: Data

    package init(result: Digest, computed: CID, openings: [Opening]) {
        var generator = SystemRandomNumberGenerator()
        version = 1
        self.result = result
        self.computed = computed
        self.openings = openings
        salt = Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    /// What `opening.record` commits to.
    package func commitment() throws -> Digest {
        .sha256(try CanonicalJSON.encode(self))
    }
}
