package import Foundation

/// A text and signatures of it: a C2SP signed note (https://c2sp.org/signed-note, v1.0.0).
///
/// Parsing proves nothing. Signature lines of unknown keys are kept as they stand, and ignored when verifying.
package struct SignedNote: Hashable, Sendable {
    /// Largest note that is read, in bytes.
    package static let largestByteCount = 1 << 18
    /// Most signatures that are read; the specification asks for at least 16.
    package static let mostSignatures = 1_024

    /// UTF-8 that ends with a newline and has no other control character.
    package let text: String
    /// In the order of the lines.
    package let signatures: [NoteSignature]

    /// - Throws: ``TransparencyLogError/malformedNoteText`` unless `text` ends with a newline, or it holds another
    ///   control character.
    package init(text: String, signatures: [NoteSignature]) throws(TransparencyLogError) {
        guard text.utf8.last == newline else { throw .malformedNoteText }
        guard text.utf8.allSatisfy({ $0 >= 0x20 || $0 == newline }) else { throw .controlCharacterInNote }
        guard signatures.count <= SignedNote.mostSignatures else {
            throw .tooManySignatures(signatures.count, limit: SignedNote.mostSignatures)
        }
        self.text = text
        self.signatures = signatures
    }

    /// Reads a note. The text ends at the last empty line; at least one signature line must follow.
    package init(parsing bytes: Data) throws(TransparencyLogError) {
        guard bytes.count <= SignedNote.largestByteCount else {
            throw .noteTooLarge(byteCount: bytes.count, limit: SignedNote.largestByteCount)
        }
        guard let note = String(validating: bytes, as: UTF8.self) else { throw .noteNotUTF8 }
        let all = Array(note.utf8)
        guard let separator = lastEmptyLine(in: all), all.last == newline, separator + 2 < all.count else {
            throw .noteWithoutSignatures
        }
        let lines = all[(separator + 2)..<(all.count - 1)].split(
            separator: newline, maxSplits: SignedNote.mostSignatures, omittingEmptySubsequences: false)
        guard lines.count <= SignedNote.mostSignatures else {
            throw .tooManySignatures(lines.count, limit: SignedNote.mostSignatures)
        }
        var signatures: [NoteSignature] = []
        for (number, line) in zip(1..., lines) {
            guard let signature = NoteSignature(line: line) else { throw .malformedSignatureLine(number) }
            signatures.append(signature)
        }
        try self.init(text: String(decoding: all[...separator], as: UTF8.self), signatures: signatures)
    }

    /// The note's bytes: the text, an empty line, the signature lines.
    package var bytes: Data {
        Data((text + "\n" + signatures.map { $0.line + "\n" }.joined()).utf8)
    }
}

let newline = UInt8(ascii: "\n")

/// The offset of the first of the last two newlines in a row.
private func lastEmptyLine(in bytes: [UInt8]) -> Int? {
    bytes.indices.dropLast().last { bytes[$0] == newline && bytes[$0 + 1] == newline }
}
