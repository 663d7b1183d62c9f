import Foundation

extension CID {
    /// The text form: multibase prefix `b`, then RFC 4648 base32, lower case, no padding. 59 characters for raw,
    /// 61 for dag-json.
    package var text: String { "b" + Base32.text(of: bytes) }

    /// Long enough to say of a CID with a longer hash what is the matter with it.
    private static var longestText: Int { 128 }

    /// Reads the one text form that ``text`` writes.
    ///
    /// Capitals, padding, other bases and stray bits in the last character are refused: a block has one name.
    /// - Throws: ``BlobStoreError/malformedCID(text:fault:)``.
    package init(parsing text: some StringProtocol) throws(BlobStoreError) {
        do throws(CIDFault) {
            // CIDv0 has no multibase prefix: base58, 46 characters, `Qm`.
            if text.utf8.count == 46, text.hasPrefix("Qm") { throw .unsupportedVersion(0) }
            guard text.utf8.first == UInt8(ascii: "b") else { throw .unsupportedBase }
            guard text.utf8.count <= CID.longestText else { throw .tooLong(text.utf8.count) }
            var rest = try Base32.bytes(of: text.utf8.dropFirst())
            self = try CID.read(from: &rest)
            guard rest.isEmpty else { throw .trailingBytes(rest.count) }
        } catch {
            throw .malformedCID(text: String(text.prefix(80)), fault: error)
        }
    }
}

/// RFC 4648 base32 in lower case without padding.
enum Base32 {
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    static func text(of bytes: some Sequence<UInt8>) -> String {
        var text = [UInt8]()
        var buffer: UInt32 = 0
        var bitCount = 0
        for byte in bytes {
            buffer = (buffer << 8 | UInt32(byte)) & 0xFFF
            bitCount += 8
            while bitCount >= 5 {
                bitCount -= 5
                text.append(alphabet[Int(buffer >> UInt32(bitCount)) & 31])
            }
        }
        if bitCount > 0 { text.append(alphabet[Int(buffer << UInt32(5 - bitCount)) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }

    static func bytes(of text: some Sequence<UInt8>) throws(CIDFault) -> Data {
        var bytes = [UInt8]()
        var buffer: UInt32 = 0
        var bitCount = 0
        for character in text {
            buffer = (buffer << 5 | UInt32(try value(of: character))) & 0x1FFF
            bitCount += 5
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bitCount)))
            }
        }
        // Five bits or more left over are a character too many; the others have to be zero.
        guard bitCount < 5, buffer & (1 << UInt32(bitCount) - 1) == 0 else { throw .notCanonicalBase32 }
        return Data(bytes)
    }

    private static func value(of character: UInt8) throws(CIDFault) -> UInt8 {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a")
        case UInt8(ascii: "2")...UInt8(ascii: "7"): character - UInt8(ascii: "2") + 26
        default: throw .notBase32(character)
        }
    }
}
