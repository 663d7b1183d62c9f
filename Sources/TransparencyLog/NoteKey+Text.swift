import Foundation
import SharingModel

extension NoteKey {
    /// Reads a verifier key: `NAME+KEYID+BASE64`, where the base64 is the algorithm's byte and the public key.
    /// - Throws: ``TransparencyLogError/malformedKey`` also where the key ID is not that of the key.
    package init(verifierKey text: String) throws(TransparencyLogError) {
        // Base64 has plus signs of its own, so only the first two part the fields.
        let fields = text.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3, let bytes = Data(canonicalBase64: String(Substring(fields[2]))),
            let first = bytes.first, let algorithm = Algorithm(rawValue: first)
        else { throw .malformedKey }
        try self.init(name: String(Substring(fields[0])), algorithm: algorithm, publicKey: bytes.dropFirst())
        guard keyIDText == String(Substring(fields[1])) else { throw .malformedKey }
    }

    /// `NAME+KEYID+BASE64`, as other C2SP tools take it.
    package var verifierKey: String {
        "\(name)+\(keyIDText)+\((Data([algorithm.rawValue]) + publicKey).base64EncodedString())"
    }

    private var keyIDText: String {
        (0..<4).map { UInt8(truncatingIfNeeded: keyID >> (24 - 8 * $0)) }.lowercaseHex
    }
}
