package import BlobStore
import CanonicalJSON
package import Foundation
package import Paillier
package import SharingModel

/// A result's opening in the clear: the plaintext of each ciphertext, with the randomness that proves it. Where the key
/// is in shares, the holders' parts with their proofs, which give the plaintexts, stand in their place.
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
    /// In the order of the result's ciphertexts; none where there are parts.
    package let openings: [Opening]
    /// Of a shared key: the parts of as many holders as open, by number.
    package let parts: [PartialDecryption]?
    /// 32 random bytes.
    package let salt: Data

    package init(result: Digest, computed: CID, openings: [Opening] = [], parts: [PartialDecryption]? = nil) {
        var generator = SystemRandomNumberGenerator()
        version = 1
        self.result = result
        self.computed = computed
        self.openings = openings
        self.parts = parts
        salt = Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    /// Largest document that is read, in bytes: well above what the most groups of a result need.
    static let byteLimit = 64 << 20
    /// Most blocks that ``blocks()`` gives for a document that is read.
    static let mostBlocks = byteLimit / Block.maximumByteCount

    /// Reads a document's canonical JSON.
    package init(canonicalBytes bytes: Data) throws {
        self = try CanonicalJSON.decode(OpeningDocument.self, from: bytes, maximumByteCount: Self.byteLimit)
    }

    /// The document's bytes, cut into raw blocks.
    package func blocks() throws -> [Block] {
        let bytes = try CanonicalJSON.encode(self)
        return try stride(from: 0, to: bytes.count, by: Block.maximumByteCount).map { start in
            try Block(Data(bytes.dropFirst(start).prefix(Block.maximumByteCount)), codec: .raw)
        }
    }

    /// What `opening.record` commits to.
    package func commitment() throws -> Digest {
        .sha256(try CanonicalJSON.encode(self))
    }
}
