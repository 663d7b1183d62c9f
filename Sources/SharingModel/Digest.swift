package import Crypto
package import Foundation

/// A SHA-256 digest: 32 bytes, written as 64 lower-case hexadecimal digits.
package struct Digest: Hashable, Sendable {
    /// Exactly 32 bytes.
    package let bytes: [UInt8]

    /// - Returns: `nil` unless `bytes` are exactly 32.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.bytes = Array(bytes)
    }

    /// - Returns: `nil` unless `hex` is 64 lower-case hexadecimal digits.
    package init?(hex: some StringProtocol) {
        guard hex.utf8.count == 64, let bytes = [UInt8](lowercaseHex: hex) else { return nil }
        self.bytes = bytes
    }

    package init(_ digest: SHA256.Digest) {
        bytes = Array(digest)
    }

    /// SHA-256 (FIPS 180-4) of `data`.
    package static func sha256(_ data: some DataProtocol) -> Digest {
        Digest(SHA256.hash(data: data))
    }

    package var hex: String { bytes.lowercaseHex }
}

extension Digest: CustomStringConvertible {
    package var description: String { hex }
}

extension Digest: Comparable {
    package static func < (left: Digest, right: Digest) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension Digest: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = Digest(hex: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a digest is 64 lower-case hexadecimal digits")
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
