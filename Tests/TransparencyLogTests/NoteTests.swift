import Foundation
import TestSupport
import Testing
import TransparencyLog

@Suite("Signed notes")
struct NoteTests {
    /// The example of golang.org/x/mod/sumdb/note, and its verifier key.
    static let example = """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

        """
    static let exampleKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

    @Test("Go's example verifies, and is written again byte for byte")
    func goExample() throws {
        let note = try SignedNote(parsing: Data(Self.example.utf8))
        #expect(note.text.hasSuffix("problem is.\n"))
        #expect(try note.verifiedSignatures(by: [NoteKey(verifierKey: Self.exampleKey)]) == note.signatures)
        #expect(note.bytes == Data(Self.example.utf8))
        #expect(try NoteKey(verifierKey: Self.exampleKey).verifierKey == Self.exampleKey)
    }

    @Test("A changed letter is a wrong signature; another key knows no signature")
    func refusesChanges() throws {
        let key = try NoteKey(verifierKey: Self.exampleKey)
        let changed = try SignedNote(parsing: Data(Self.example.replacing("answer", with: "Answer").utf8))
        #expect(throws: TransparencyLogError.wrongSignature(name: "PeterNeumann")) {
            try changed.verifiedSignatures(by: [key])
        }
        let stranger = try NoteKey(name: "PeterNeumann", algorithm: .cosignature, publicKey: key.publicKey)
        #expect(throws: TransparencyLogError.noKnownSignature) { try changed.verifiedSignatures(by: [stranger]) }
    }

    @Test("Lines of unknown keys are kept and ignored; a second line of one key is passed over")
    func unknownLines() throws {
        let key = try NoteKey(verifierKey: Self.exampleKey)
        let line = try #require(Self.example.split(separator: "\n").last)
        let more = "— Someone AAAAAAA=\n— PeterNeumann AAAAAQE=\n\(line.dropLast(4))AAM=\n"
        let note = try SignedNote(parsing: Data((Self.example + more).utf8))
        #expect(note.signatures.count == 4)
        #expect(try note.verifiedSignatures(by: [key]) == [note.signatures[0]])
        #expect(note.bytes == Data((Self.example + more).utf8))
    }

    @Test("The text ends at the last empty line")
    func emptyLinesInText() throws {
        let note = try SignedNote(parsing: Data("a\n\nb\n\n— n AAAAAAA=\n".utf8))
        #expect(note.text == "a\n\nb\n")
        #expect(note.signatures.map(\.name) == ["n"])
    }

    @Test(
        "Malformed notes are refused",
        arguments: [
            "", "\n", "\n\n", "text\n", "text\n\n", "text\n— n AAAAAAA=\n", "text\n\n— n AAAAAAA=",
            "text\n\n- n AAAAAAA=\n",
            "text\n\n—n AAAAAAA=\n", "text\n\n— n  AAAAAAA=\n", "text\n\n— AAAAAAA=\n", "text\n\n— n AAAAAAB=\n",
            "text\n\n— n AAAAAAA\n", "text\n\n— n AAAAAA==\n", "text\n\n— n\u{2003}m AAAAAAA=\n",
            "text\n\n— n+m AAAAAAA=\n",
            "text\n\n— n AAAAAAA= \n", "text\r\n\n— n AAAAAAA=\n", "te\tx\n\n— n AAAAAAA=\n",
            "text\n\n— n AAAAAAA=\n\n",
            "text\n\n— n AAAAAAA=\nmore\n", "text\n\n—  AAAAAAA=\n", "text\n\n— n AAAA_A8=\n",
            "text\n\n— n A AAAAAA=\n",
        ])
    func malformed(text: String) {
        #expect(throws: TransparencyLogError.self) { try SignedNote(parsing: Data(text.utf8)) }
    }

    @Test("Limits: bytes, lines and UTF-8")
    func limits() throws {
        let many = "text\n\n" + String(repeating: "— n AAAAAAA=\n", count: SignedNote.mostSignatures)
        #expect(try SignedNote(parsing: Data(many.utf8)).signatures.count == SignedNote.mostSignatures)
        #expect(throws: TransparencyLogError.self) { try SignedNote(parsing: Data((many + "— n AAAAAAA=\n").utf8)) }
        let large = Data(repeating: 0x61, count: SignedNote.largestByteCount + 1)
        #expect(throws: TransparencyLogError.noteTooLarge(byteCount: large.count, limit: large.count - 1)) {
            try SignedNote(parsing: large)
        }
        #expect(throws: TransparencyLogError.noteNotUTF8) { try SignedNote(parsing: Data([0xFF, 0x0A, 0x0A])) }
    }

    @Test("Every cut and every changed byte of a verifier key is refused")
    func verifierKeys() {
        let bytes = Array(Self.exampleKey.utf8)
        for start in bytes.indices {
            for end in start...bytes.count where end - start < bytes.count {
                let cut = String(decoding: bytes[start..<end], as: UTF8.self)
                #expect(throws: TransparencyLogError.self, "\(cut)") { try NoteKey(verifierKey: cut) }
            }
            var changed = bytes
            changed[start] += 1
            let text = String(decoding: changed, as: UTF8.self)
            #expect(throws: TransparencyLogError.self, "\(text)") { try NoteKey(verifierKey: text) }
        }
    }

    @Test("Damaged notes never crash the parser")
    func fuzz() throws {
        var random = SeededGenerator(seed: 1)
        let original = Array(CheckpointTests.note.utf8)
        for _ in 0..<3_000 {
            var bytes = original
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + 7))
                default: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
                }
            }
            guard let note = try? SignedNote(parsing: Data(bytes)) else { continue }
            #expect(note.bytes == Data(bytes), "\(random)")
            _ = try? CosignedCheckpoint(parsing: Data(bytes))
        }
    }
}
