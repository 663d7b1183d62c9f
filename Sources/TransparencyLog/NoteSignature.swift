package import Foundation

/// One signature line of a note: `— NAME BASE64(key ID ‖ signature)`.
package struct NoteSignature: Hashable, Sendable {
    package let name: String
    /// The first four bytes of a hash over name, algorithm and public key, read in big-endian order. It says which
    /// key to try, and is no proof of anything.
    package let keyID: UInt32
    /// At least one byte.
    package let signature: Data

    package init(name: String, keyID: UInt32, signature: Data) throws(TransparencyLogError) {
        guard isKeyName(name) else { throw .malformedKeyName }
        self.name = name
        self.keyID = keyID
        self.signature = signature
    }

    /// - Parameter line: Without its newline.
    /// - Returns: `nil` unless it is the one text of a signature line.
    init?(line: some Collection<UInt8>) {
        let dash = Array("\u{2014} ".utf8)
        guard line.starts(with: dash) else { return nil }
        let fields = line.dropFirst(dash.count).split(
            separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        guard fields.count == 2 else { return nil }
        let name = String(decoding: fields[0], as: UTF8.self)
        let text = String(decoding: fields[1], as: UTF8.self)
        guard isKeyName(name), let blob = Data(canonicalBase64: text), blob.count > 4 else { return nil }
        self.name = name
        keyID = blob.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        signature = Data(blob.dropFirst(4))
    }

    /// Without a newline.
    package var line: String {
        let id = (0..<4).map { UInt8(truncatingIfNeeded: keyID >> (24 - 8 * $0)) }
        return "\u{2014} \(name) \((Data(id) + signature).base64EncodedString())"
    }
}

/// Not empty, no Unicode space, no plus, and no control character, which no note may hold.
func isKeyName(_ name: String) -> Bool {
    !name.isEmpty
        && name.unicodeScalars.allSatisfy { $0 != "+" && !$0.properties.isWhitespace && $0.value >= 0x20 }
}

extension Data {
    /// - Returns: `nil` unless `text` is standard base64 with padding in the one form that encoding gives.
    init?(canonicalBase64 text: String) {
        guard let data = Data(base64Encoded: text), data.base64EncodedString().utf8.elementsEqual(text.utf8) else {
            return nil
        }
        self = data
    }
}
