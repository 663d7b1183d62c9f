import CanonicalJSON
import Foundation
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing

@Suite(
    "Programs that nobody here wrote",
    .enabled(if: Peers.python != nil, "CHANCERY_PEERS_PYTHON names no Python with the peers: see Scripts/peers"))
struct PeerTests {
    @Test("securesystemslib verifies our envelopes, and refuses them altered")
    func securesystemslib() throws {
        let script = """
            import json, sys
            from securesystemslib.dsse import Envelope
            from securesystemslib.exceptions import VerificationError
            from securesystemslib.signer import SSlibKey
            for line in sys.stdin:
                case = json.loads(line)
                keys = [SSlibKey(k["id"], "ed25519", "ed25519", {"public": k["public"]}) for k in case["keys"]]
                envelope = Envelope.from_dict(json.loads(case["envelope"]))
                try:
                    accepted = envelope.verify(keys, threshold=len(keys))
                    print(" ".join(sorted(accepted)), envelope.pae().hex())
                except VerificationError:
                    print("refused", envelope.pae().hex())
            """
        struct Key: Codable {
            var id: String
            var `public`: String
        }
        struct Case: Codable {
            var envelope: String
            var keys: [Key]
        }
        let envelope = try EnvelopeTests.signed(by: 1, 2, 3)
        let altered = try Envelope.sign(
            payload: Data("{}".utf8), payloadType: EnvelopeTests.type, with: []
        ).adding(envelope.signatures[0])
        let keys = try EnvelopeTests.verifiers(1, 2, 3).sorted { $0.id < $1.id }
        func line(_ envelope: Envelope, _ keys: [VerificationKey]) throws -> String {
            let question = Case(
                envelope: String(decoding: try envelope.canonicalBytes(), as: UTF8.self),
                keys: keys.map { Key(id: $0.id.hex, public: Array($0.rawRepresentation).lowercaseHex) })
            return String(decoding: try CanonicalJSON.encode(question), as: UTF8.self)
        }
        let answers = try Peers.run(script, input: [line(envelope, keys), line(altered, [keys[0]])])
        func pae(_ envelope: Envelope) -> String { Array(envelope.preAuthenticationEncoding).lowercaseHex }
        #expect(
            answers == [
                keys.map(\.id.hex).joined(separator: " ") + " " + pae(envelope), "refused " + pae(altered),
            ])
    }

    @Test("We verify an envelope that securesystemslib signed")
    func theirEnvelope() throws {
        let script = """
            import base64, hashlib, json
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
            from securesystemslib.dsse import Envelope
            from securesystemslib.signer import CryptoSigner, SSlibKey
            secret = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
            public = secret.public_key().public_bytes_raw()
            key = SSlibKey(hashlib.sha256(public).hexdigest(), "ed25519", "ed25519", {"public": public.hex()})
            envelope = Envelope(b'{"by":"site1","uses":3}', "application/vnd.chancery.test.v1+json", {})
            envelope.sign(CryptoSigner(secret, key))
            print(json.dumps(envelope.to_dict(), sort_keys=True, separators=(",", ":")))
            """
        let answer = try #require(Peers.run(script, input: []).first)
        let verified = try Envelope(canonicalBytes: Data(answer.utf8)).verify(signers: EnvelopeTests.verifiers(1))
        #expect(try verified.payload(as: EnvelopeTests.Body.self) == EnvelopeTests.body)
    }

    @Test("Python's cryptography opens what we seal, and we open what it seals")
    func hpke() throws {
        let script = """
            import base64, sys
            from cryptography.hazmat.primitives import hpke
            from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
            suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
            secret, sealed, public = [base64.b64decode(line) for line in sys.stdin]
            print(base64.b64encode(suite.decrypt(sealed, X25519PrivateKey.from_private_bytes(secret), b"info")).decode())
            theirs = suite.encrypt(b"from Python", X25519PublicKey.from_public_bytes(public), b"info")
            print(base64.b64encode(theirs).decode())
            """
        let info = Data("info".utf8)
        let key = UnsealingKey.generate()
        let sealed = try SealedMessage.seal(
            Data("from Swift".utf8), to: key.sealingKey, info: info, authenticating: Data())
        let answers = try Peers.run(
            script,
            input: [key.exportSecretForVault(), sealed.enc + sealed.ciphertext, key.sealingKey.rawRepresentation]
                .map { $0.base64EncodedString() })
        try #require(answers.count == 2)
        #expect(answers[0] == Data("from Swift".utf8).base64EncodedString())
        let theirs = try #require(Data(base64Encoded: answers[1]))
        let message = SealedMessage(enc: theirs.prefix(32), ciphertext: theirs.dropFirst(32))
        #expect(try message.open(with: key, info: info, authenticating: Data()) == Data("from Python".utf8))
    }
}
