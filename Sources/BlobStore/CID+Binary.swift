package import Foundation
import SharingModel

extension CID {
    /// sha2-256 in the multicodec table.
    private static var sha256Code: UInt64 { 0x12 }
    private static var digestByteCount: Int { 32 }

    /// The longest binary form: version, two bytes of codec, hash, length, digest.
    static var longestByteCount: Int { 37 }

    /// The binary form: unsigned varints of version 1, codec, hash function and digest length, then the digest.
    /// 36 bytes for raw, 37 for dag-json.
    package var bytes: Data {
        var bytes = Data()
        for number in [1, codec.rawValue, CID.sha256Code, UInt64(CID.digestByteCount)] {
            Varint.append(number, to: &bytes)
        }
        bytes.append(contentsOf: digest.bytes)
        return bytes
    }

    /// Reads the binary form; nothing may follow it.
    /// - Throws: ``BlobStoreError/malformedCID(text:fault:)`` with the bytes in hexadecimal as text.
    package init(bytes: Data) throws(BlobStoreError) {
        do throws(CIDFault) {
            var rest = bytes[...]
            self = try CID.read(from: &rest)
            guard rest.isEmpty else { throw .trailingBytes(rest.count) }
        } catch {
            throw .malformedCID(text: String(bytes.prefix(40).lowercaseHex), fault: error)
        }
    }

    /// Reads one CID from the front of `input` and leaves what follows it.
    static func read(from input: inout Data) throws(CIDFault) -> CID {
        // A CIDv0 is a bare SHA-256 multihash.
        if input.starts(with: [0x12, 0x20]) { throw .unsupportedVersion(0) }
        let version = try number(from: &input)
        guard version == 1 else { throw .unsupportedVersion(version) }
        let code = try number(from: &input)
        guard let codec = Codec(rawValue: code) else { throw .unsupportedCodec(code) }
        let hash = try number(from: &input)
        guard hash == sha256Code else { throw .unsupportedHash(hash) }
        let length = try number(from: &input)
        guard length == UInt64(digestByteCount) else { throw .digestByteCount(length) }
        guard let digest = Digest(bytes: input.prefix(digestByteCount)) else { throw .truncated }
        input = input.dropFirst(digestByteCount)
        return CID(codec: codec, digest: digest)
    }

    private static func number(from input: inout Data) throws(CIDFault) -> UInt64 {
        do throws(VarintFault) {
            return try Varint.read(from: &input)
        } catch {
            switch error {
            case .truncated: throw .truncated
            case .notMinimal, .tooLong: throw .malformedVarint
            }
        }
    }
}
