import CanonicalJSON
import Foundation
package import SharingModel

/// What came of a transaction. Both cases are recorded on the ledger.
package enum Outcome: Hashable, Sendable {
    /// Writes sorted by the bytes of the key, one a key.
    case accepted([StateWrite])
    case refused(Refusal)

    package var isAccepted: Bool {
        if case .accepted = self { true } else { false }
    }

    /// Empty for a refusal.
    package var writes: [StateWrite] {
        if case .accepted(let writes) = self { writes } else { [] }
    }

    /// `nil` when accepted.
    package var refusal: Refusal? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }

    /// Digest of the writes for the outcome's leaf.
    ///
    /// SHA-256 over the canonical JSON of `[[key, value], …]`, sorted by the key's bytes, where `value` is the written
    /// bytes in base64 (RFC 4648 with padding), or `null` for a deletion. No writes: the digest of `[]`.
    package func writesDigest() throws -> Digest {
        try writes.digest()
    }
}

extension [StateWrite] {
    /// SHA-256 over the canonical JSON of `[[key, value], …]`, see ``Outcome/writesDigest()``. These are sorted.
    package func digest() throws -> Digest {
        Digest.sha256(try CanonicalJSON.encode(self))
    }
}

/// As `[key, value]`, the value in base64, or `null` for a deletion.
extension StateWrite: Codable {
    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        key = try container.decode(String.self)
        if try container.decodeNil() {
            value = nil
        } else {
            let text = try container.decode(String.self)
            guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "a value is base64")
            }
            value = data
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(key)
        if let value {
            try container.encode(value.base64EncodedString())
        } else {
            try container.encodeNil()
        }
    }
}
