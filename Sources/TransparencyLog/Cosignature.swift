package import Foundation
package import SharingModel

/// A cosigner's statement about a checkpoint at a time (https://c2sp.org/tlog-cosignature, v1 with Ed25519), made
/// or verified here: whoever holds one holds a valid signature.
package struct Cosignature: Hashable, Sendable {
    package let key: NoteKey
    package let time: Timestamp
    /// 64 bytes.
    package let signature: Data

    package var name: String { key.name }

    /// - Precondition: The signature is valid for the checkpoint that it is kept with.
    init(key: NoteKey, time: Timestamp, signature: Data) {
        self.key = key
        self.time = time
        self.signature = signature
    }

    /// Verifies the line `noteSignature` of a note with text `text`.
    /// - Throws: ``TransparencyLogError/wrongSignature(name:)``, also where the time is beyond the year 9999.
    package init(
        verifying noteSignature: NoteSignature, of text: String, by key: NoteKey
    ) throws(TransparencyLogError) {
        let bytes = noteSignature.signature
        guard key.algorithm == .cosignature, key.isNamed(by: noteSignature), bytes.count == 8 + 64 else {
            throw .wrongSignature(name: key.name)
        }
        let seconds = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        let signature = Data(bytes.dropFirst(8))
        guard let whole = Int64(exactly: seconds), Timestamp(seconds: whole).seconds == whole,
            key.isValid(signature, for: Cosignature.message(of: text, at: seconds))
        else { throw .wrongSignature(name: key.name) }
        self.init(key: key, time: Timestamp(seconds: whole), signature: signature)
    }

    /// As a note's signature: the time as eight big-endian bytes, then the Ed25519 signature.
    package var noteSignature: NoteSignature {
        let seconds = UInt64(time.seconds)
        let bytes = Data((0..<8).map { UInt8(truncatingIfNeeded: seconds >> (56 - 8 * $0)) })
        do {
            return try NoteSignature(name: key.name, keyID: key.keyID, signature: bytes + signature)
        } catch {
            preconditionFailure("a NoteKey's name was checked")
        }
    }

    static func message(of text: String, at seconds: UInt64) -> Data {
        Data("cosignature/v1\ntime \(seconds)\n\(text)".utf8)
    }
}
