package import BlobStore
import CanonicalJSON
package import Foundation
package import Paillier
package import SharingModel

/// One holder's part of an opening in the clear.
///
/// The ledger holds the SHA-256 of its canonical JSON in a transaction that the holder signed: a part that does not
/// hold convicts whoever gave it. No salt is in it, for a part cannot be guessed without the share.
package struct PartDocument: Codable, Hashable, Sendable {
    /// Version of this form; 1.
    package let version: Int
    /// Id of the recorded result.
    package let result: Digest
    /// CID of the computed result.
    package let computed: CID
    /// Absent for a result without ciphertexts, such as a count of rows.
    package let part: PartialDecryption?

    package init(result: Digest, computed: CID, part: PartialDecryption?) {
        version = 1
        self.result = result
        self.computed = computed
        self.part = part
    }

    /// Reads a document's canonical JSON.
    package init(canonicalBytes bytes: Data) throws {
        self = try CanonicalJSON.decode(PartDocument.self, from: bytes, maximumByteCount: OpeningDocument.byteLimit)
    }

    /// What `opening.part` commits to.
    package func commitment() throws -> Digest { .sha256(try CanonicalJSON.encode(self)) }

    /// What a part's proof is bound to: this result, and through its id the ledger that it is on.
    package static func context(of result: Digest) -> [UInt8] {
        Array("chancery opening part v1".utf8) + result.bytes
    }
}
