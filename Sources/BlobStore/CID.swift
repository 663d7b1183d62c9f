package import Foundation
package import SharingModel

/// A content identifier: CIDv1 over SHA-256, of a raw or a dag-json block.
///
/// Other versions, hashes and codecs are refused where a CID is read, so a value of this type always names bytes
/// that this module can check.
/// - SeeAlso: <https://github.com/multiformats/cid>
package struct CID: Hashable, Sendable {
    /// How a block's bytes are to be read (the multicodec table's numbers).
    package enum Codec: UInt64, Hashable, Sendable, CaseIterable {
        /// Opaque bytes without links.
        case raw = 0x55
        /// JSON whose `{"/": …}` members link to other blocks.
        case dagJSON = 0x0129
    }

    package let codec: Codec
    /// SHA-256 of the block's bytes.
    package let digest: Digest

    package init(codec: Codec, digest: Digest) {
        self.codec = codec
        self.digest = digest
    }

    /// The CID that `data` has as a block of `codec`. Hashes all of `data`; its size is not limited here.
    package init(of data: some DataProtocol, codec: Codec) {
        self.init(codec: codec, digest: .sha256(data))
    }
}

extension CID: Comparable {
    /// By text, as `LC_ALL=C sort` has it. (Base32 puts letters before digits, ASCII the other way round, so this is
    /// not the order of the bytes.)
    package static func < (left: CID, right: CID) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension CID: CustomStringConvertible {
    package var description: String { text }
}

extension CID: Codable {
    /// - Throws: `DecodingError` whose underlying error is the ``BlobStoreError`` that names the fault.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do throws(BlobStoreError) {
            try self.init(parsing: text)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: container.codingPath, debugDescription: "\(error)", underlyingError: error))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
