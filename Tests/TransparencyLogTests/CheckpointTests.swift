import Crypto
import Foundation
import SharingModel
import Testing
import TransparencyLog

@Suite("Checkpoints and cosignatures")
struct CheckpointTests {
    /// Written with PyPI's cryptography 50.0.2 by
    ///
    ///     raw = lambda k: k.public_key().public_bytes_raw()
    ///     b64 = lambda b: base64.b64encode(b).decode()
    ///     def line(name, alg, key, sig):
    ///         kid = hashlib.sha256(name.encode() + b"\n" + bytes([alg]) + raw(key)).digest()[:4]
    ///         return "\u2014 %s %s\n" % (name, b64(kid + sig))
    ///     k1, k2, k3 = (Ed25519PrivateKey.from_private_bytes(bytes([i]) * 32) for i in (1, 2, 3))
    ///     text = "chancery/0011223344556677/health\n42\n" + b64(hashlib.sha256(b"root").digest()) + "\n"
    ///     def cosign(name, key, t):
    ///         return line(name, 4, key, struct.pack(">Q", t) + key.sign(f"cosignature/v1\ntime {t}\n{text}".encode()))
    ///     print(text + "\n" + line("log.example/ü", 1, k3, k3.sign(text.encode()))
    ///         + cosign("site1", k1, 1763700000) + cosign("site2", k2, 253402300799), end="")
    static let note = """
        chancery/0011223344556677/health
        42
        SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=

        — log.example/ü GQ9hHDPu+MpFTJjSHlnXdcQuFQMBx5Ec5YbzHvcM0bwT7TxinlC9yiZKSqw096esJVrvKlujGVltyKIfmkfdkWh6MQg=
        — site1 ss5LwAAAAABpH+0gF0jg6RyiS8rpl963bJseT3AVrDWQxBkJ2+xWKtmuZ60CcaBhKKuGpF7014jGwll2Zjd3xvHiJ52qtOdSjmSZBA==
        — site2 IKcPsQAAADr/9EF/Z8Z4xDzZ5Y6p5YD7njiJpd4Vgc0FnPP9/paBVvpgx/ySn2yTjinektZtejZqV1VIiDBlklA0QFHNOnrI0u1TBw==

        """

    static func cosigner(_ number: UInt8) throws -> CosigningKey {
        try CosigningKey(name: "site\(number)", secret: Array(repeating: number, count: 32))
    }

    static func keys(_ numbers: UInt8...) throws -> [NoteKey] { try numbers.map { try cosigner($0).noteKey } }

    static func checkpoint() throws -> Checkpoint {
        try Checkpoint(origin: "chancery/0011223344556677/health", size: 42, root: .sha256(Data("root".utf8)))
    }

    static let noon = Timestamp(seconds: 1_763_700_000)

    @Test("A note made elsewhere is read, verified, and written again byte for byte")
    func verifiesForeignNote() throws {
        let cosigned = try CosignedCheckpoint(parsing: Data(Self.note.utf8))
        #expect(cosigned.checkpoint == (try Self.checkpoint()))
        let verified = try cosigned.verify(cosigners: try Self.keys(3, 2, 1), quorum: 2)
        #expect(verified.cosignatures.map(\.name) == ["site2", "site1"])
        #expect(verified.cosignatures.map(\.time.description) == ["9999-12-31T23:59:59Z", "2025-11-21T04:40:00Z"])
        #expect(try cosigned.bytes() == Data(Self.note.utf8))
        let log = try NoteKey(
            name: "log.example/ü", algorithm: .ed25519,
            publicKey: Curve25519.Signing.PrivateKey(rawRepresentation: Array(repeating: 3, count: 32))
                .publicKey.rawRepresentation)
        let note = try SignedNote(parsing: Data(Self.note.utf8))
        #expect(try note.verifiedSignatures(by: [log] + Self.keys(2)) == [note.signatures[0], note.signatures[2]])
    }

    @Test("Too few known cosigners are no quorum")
    func quorum() throws {
        let cosigned = try CosignedCheckpoint(parsing: Data(Self.note.utf8))
        #expect(throws: TransparencyLogError.tooFewCosignatures(have: 2, need: 3)) {
            try cosigned.verify(cosigners: Self.keys(1, 2, 3), quorum: 3)
        }
        #expect(throws: TransparencyLogError.tooFewCosignatures(have: 0, need: 1)) {
            try cosigned.verify(cosigners: [], quorum: 1)
        }
        // A key of the right name that is another key has another key ID, and is unknown to the note.
        let impostor = try CosigningKey(name: "site1", secret: Array(repeating: 9, count: 32)).noteKey
        #expect(throws: TransparencyLogError.tooFewCosignatures(have: 0, need: 1)) {
            try cosigned.verify(cosigners: [impostor], quorum: 1)
        }
    }

    @Test("Our cosignatures verify, and bind text, time and key")
    func cosigns() throws {
        let checkpoint = try Self.checkpoint()
        let made = try Self.cosigner(1).cosign(checkpoint, at: Self.noon)
        let key = try Self.cosigner(1).noteKey
        #expect(try Cosignature(verifying: made.noteSignature, of: checkpoint.text, by: key) == made)
        let bytes = made.noteSignature.signature
        for place in bytes.indices {
            var altered = bytes
            altered[place] ^= 1
            let line = try NoteSignature(name: "site1", keyID: key.keyID, signature: altered)
            #expect(throws: TransparencyLogError.wrongSignature(name: "site1")) {
                try Cosignature(verifying: line, of: checkpoint.text, by: key)
            }
        }
        let other = try Checkpoint(origin: checkpoint.origin, size: 43, root: checkpoint.root)
        for (text, key) in [(other.text, key), (checkpoint.text, try Self.cosigner(2).noteKey)] {
            #expect(throws: TransparencyLogError.wrongSignature(name: key.name)) {
                try Cosignature(verifying: made.noteSignature, of: text, by: key)
            }
        }
        #expect(throws: TransparencyLogError.timeOutOfRange) {
            try Self.cosigner(1).cosign(checkpoint, at: Timestamp(seconds: -1))
        }
    }

    @Test("One altered byte of a known cosigner's line refuses the note; of an unknown one it does not matter")
    func alteredLines() throws {
        let altered = Self.note.replacing("SZBA==", with: "SZBQ==")
        let cosigned = try CosignedCheckpoint(parsing: Data(altered.utf8))
        #expect(throws: TransparencyLogError.wrongSignature(name: "site1")) {
            try cosigned.verify(cosigners: Self.keys(1, 2), quorum: 1)
        }
        #expect(try cosigned.verify(cosigners: Self.keys(2), quorum: 1).cosignatures.count == 1)
    }

    @Test("One key under two names does not count twice")
    func sharedKeys() throws {
        let twin = try CosigningKey(name: "twin", secret: Array(repeating: 1, count: 32))
        let checkpoint = try Self.checkpoint()
        let cosigned = CosignedCheckpoint(
            checkpoint,
            cosignatures: [
                try twin.cosign(checkpoint, at: Self.noon), try Self.cosigner(1).cosign(checkpoint, at: Self.noon),
            ])
        #expect(throws: TransparencyLogError.sharedKey("site1", "twin")) {
            try cosigned.verify(cosigners: Self.keys(1) + [twin.noteKey], quorum: 2)
        }
    }

    @Test("Cosignatures of one checkpoint merge, one a key; those of another do not")
    func merges() throws {
        let checkpoint = try Self.checkpoint()
        let first = CosignedCheckpoint(
            checkpoint, cosignatures: [try Self.cosigner(1).cosign(checkpoint, at: Self.noon)])
        let second = CosignedCheckpoint(checkpoint)
            .adding(try Self.cosigner(2).cosign(checkpoint, at: Self.noon))
            .adding(try Self.cosigner(1).cosign(checkpoint, at: Self.noon.adding(seconds: 5)))
        let merged = try first.merging(second)
        #expect(merged.signatures.map(\.name) == ["site1", "site2"])
        let verified = try merged.verify(cosigners: Self.keys(1, 2), quorum: 2)
        #expect(verified.cosignatures.map(\.time) == [Self.noon, Self.noon])
        #expect(try merged.merging(second) == merged)
        #expect(try CosignedCheckpoint(parsing: merged.bytes()) == merged)
        let other = CosignedCheckpoint(try Checkpoint(origin: checkpoint.origin, size: 42, root: MerkleHash.emptyRoot))
        #expect(throws: TransparencyLogError.differentCheckpoints) { try first.merging(other) }
        #expect(throws: TransparencyLogError.noteWithoutSignatures) { try other.bytes() }
    }

    @Test("Extension lines are read, cosigned and written again")
    func extensionLines() throws {
        let text = try Self.checkpoint().text + "extension é\nanother\n"
        let checkpoint = try Checkpoint(text: text)
        #expect(checkpoint.extensionLines == ["extension é", "another"])
        #expect(checkpoint.text == text)
        let cosigned = CosignedCheckpoint(
            checkpoint, cosignatures: [try Self.cosigner(1).cosign(checkpoint, at: Self.noon)])
        #expect(
            try CosignedCheckpoint(parsing: cosigned.bytes()).verify(cosigners: Self.keys(1), quorum: 1).checkpoint
                == checkpoint)
    }

    @Test(
        "Malformed checkpoints are refused",
        arguments: [
            "", "o\n1\n", "o\n01\nR\n", "o\n+1\nR\n", "o\n-1\nR\n", "o\n1 \nR\n", "o\n\nR\n",
            "o\n4611686018427387905\nR\n",
            "o\n99999999999999999999\nR\n", "o\n1\nR", "\n1\nR\n", "o\n1\n\n", "o\n1\nR\n\n", "o\n1\nR\n\nx\n",
            "o\n1\nR=\n",
            "o\n1\nAAAA\n", "o\n1\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7J=\n", "o\r\n1\nR\n", "o\u{0}\n1\nR\n",
            "o\n١\nR\n",
        ])
    func malformed(template: String) throws {
        let text = template.replacing("R", with: "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=")
        #expect(throws: TransparencyLogError.self) { try Checkpoint(text: text) }
        #expect(throws: TransparencyLogError.self) {
            try CosignedCheckpoint(parsing: Data((text + "\n— n AAAAAAA=\n").utf8))
        }
    }

    @Test("A checkpoint's origin is one line, and a key's name has no space")
    func names() {
        for origin in ["", "a\nb", "a\u{7}"] {
            #expect(throws: TransparencyLogError.malformedCheckpoint(line: 1)) {
                try Checkpoint(origin: origin, size: 0, root: MerkleHash.emptyRoot)
            }
        }
        for name in ["", "a b", "a+b", "a\u{a0}b", "a\nb"] {
            #expect(throws: TransparencyLogError.malformedKeyName) { try CosigningKey.generate(name: name) }
        }
        #expect(throws: TransparencyLogError.malformedKey) { try CosigningKey(name: "a", secret: [1, 2, 3]) }
    }

    @Test("A cosigning key comes back from its secret, and does not print it")
    func secrets() throws {
        let key = try CosigningKey.generate(name: "site1")
        let secret = key.exportSecretForVault()
        #expect(try CosigningKey(name: "site1", secret: secret).noteKey == key.noteKey)
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] {
            #expect(!text.contains(Array(secret).lowercaseHex) && !text.contains(secret.base64EncodedString()))
        }
        #expect(!dumped.contains("PrivateKey"))
    }
}
