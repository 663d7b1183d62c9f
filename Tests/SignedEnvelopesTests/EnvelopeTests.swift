import CanonicalJSON
import Foundation
import SharingModel
import SignedEnvelopes
import Testing

@Suite("Envelopes")
struct EnvelopeTests {
    static let type = "application/vnd.chancery.test.v1+json"

    struct Body: Codable, Hashable {
        var by: String
        var uses: Int
    }

    static let body = Body(by: "site1", uses: 3)

    static func key(_ seed: UInt8) throws -> SigningKey {
        try SigningKey(ed25519Secret: Array(repeating: seed, count: 32))
    }

    static func verifiers(_ seeds: UInt8...) throws -> [VerificationKey] {
        try seeds.map { try key($0).verificationKey }
    }

    static func signed(by seeds: UInt8...) throws -> Envelope {
        try Envelope.sign(body, payloadType: type, with: seeds.map { try key($0) })
    }

    @Test("The pre-authentication encoding is DSSE's")
    func preAuthenticationEncoding() {
        // The example of protocol.md of DSSE 1.0.2, and lengths counted in bytes.
        let example = Envelope(payload: Data("hello world".utf8), payloadType: "http://example.com/HelloWorld")
        #expect(
            example.preAuthenticationEncoding == Data("DSSEv1 29 http://example.com/HelloWorld 11 hello world".utf8))
        let empty = Envelope(payload: Data(), payloadType: "")
        #expect(empty.preAuthenticationEncoding == Data("DSSEv1 0  0 ".utf8))
        let accented = Envelope(payload: Data("é".utf8), payloadType: "é")
        #expect(accented.preAuthenticationEncoding == Data("DSSEv1 2 é 2 é".utf8))
        #expect(accented.id == .sha256(accented.preAuthenticationEncoding))
    }

    @Test("An envelope signed by those asked verifies, in whatever order they are named")
    func verifies() throws {
        let envelope = try Self.signed(by: 1, 2, 3)
        #expect(envelope.signatures.map(\.keyid) == envelope.signatures.map(\.keyid).sorted())
        let read = try Envelope(canonicalBytes: envelope.canonicalBytes())
        #expect(read == envelope)
        let verified = try read.verify(signers: Self.verifiers(3, 1, 2, 1))
        #expect(verified.bytes == (try envelope.canonicalBytes()))
        #expect(verified.id == envelope.id)
        #expect(Set(verified.signers) == Set(try Self.verifiers(1, 2, 3)))
        #expect(try verified.payload(as: Body.self) == Self.body)
    }

    @Test("The canonical bytes are these")
    func canonicalBytes() throws {
        let envelope = try Envelope(payload: Data("{}".utf8), payloadType: "a/b")
            .adding(EnvelopeSignature(keyid: .sha256(Data()), sig: Data([0xFF])))
        let text =
            #"{"payload":"e30=","payloadType":"a/b","signatures":[{"keyid":""#
            + #"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","sig":"/w=="}]}"#
        #expect(String(decoding: try envelope.canonicalBytes(), as: UTF8.self) == text)
    }

    @Test("A missing, unexpected, wrong or unasked signature is named")
    func namesTheFault() throws {
        let envelope = try Self.signed(by: 1, 2)
        let stranger = try Self.key(3).verificationKey
        #expect(throws: EnvelopeError.missingSigner(keyID: stranger.id)) {
            try envelope.verify(signers: Self.verifiers(1, 2, 3))
        }
        let second = try Self.key(2).verificationKey
        #expect(throws: EnvelopeError.unexpectedSigner(keyID: second.id)) {
            try envelope.verify(signers: Self.verifiers(1))
        }
        #expect(throws: EnvelopeError.missingSigner(keyID: stranger.id)) {
            try envelope.verify(signers: Self.verifiers(3))
        }
        #expect(throws: EnvelopeError.nobodyAsked) { try envelope.verify(signers: []) }
        #expect(throws: EnvelopeError.nobodyAsked) {
            try Envelope(payload: Data("{}".utf8), payloadType: Self.type).verify(signers: [])
        }
        #expect(throws: EnvelopeError.doubledSignature(keyID: second.id)) {
            try envelope.adding(signatureBy: Self.key(2))
        }
        let forged = try Self.signed(by: 1)
            .adding(EnvelopeSignature(keyid: second.id, sig: Self.signed(by: 1).signatures[0].sig))
        #expect(throws: EnvelopeError.wrongSignature(keyID: second.id)) {
            try forged.verify(signers: Self.verifiers(1, 2))
        }
    }

    @Test("An envelope that lacks a signature becomes whole when the signer adds it, with the same id")
    func gathersSignatures() throws {
        let first = try Self.signed(by: 2)
        let whole = try Envelope(canonicalBytes: first.canonicalBytes()).adding(signatureBy: Self.key(1))
        #expect(try whole.verify(signers: Self.verifiers(1, 2)).id == first.id)
    }

    @Test("No envelope with one changed bit verifies")
    func changedBits() throws {
        let bytes = try Self.signed(by: 1, 2).canonicalBytes()
        let signers = try Self.verifiers(1, 2)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1 << UInt8(place % 7)
            #expect(throws: EnvelopeError.self, "byte \(place)") {
                try Envelope(canonicalBytes: changed).verify(signers: signers)
            }
        }
        for count in bytes.indices {
            #expect(throws: EnvelopeError.self) { try Envelope(canonicalBytes: bytes.prefix(count)) }
        }
    }

    @Test("A signature does not serve another type or another split of type and payload")
    func bindsType() throws {
        let envelope = try Self.signed(by: 1)
        for (payload, type) in [
            (envelope.payload, "application/vnd.chancery.other.v1+json"),
            (Data(" {}".utf8) + envelope.payload, String(Self.type.dropLast())),
        ] {
            let moved = try Envelope(payload: payload, payloadType: type).adding(envelope.signatures[0])
            #expect(throws: EnvelopeError.wrongSignature(keyID: envelope.signatures[0].keyid)) {
                try moved.verify(signers: Self.verifiers(1)).payload
            }
        }
    }

    /// The JSON of an envelope with its signatures as given, however wrong.
    static func text(signatures: [EnvelopeSignature]) throws -> Data {
        let envelope = try signed(by: 1, 2)
        return try CanonicalJSON.serialize([
            "payload": .string(envelope.payload.base64EncodedString()), "payloadType": .string(type),
            "signatures": CanonicalJSON.tree(of: signatures),
        ])
    }

    @Test("Signatures that are doubled or out of order are refused when read and when verified")
    func signatureOrder() throws {
        let signatures = try Self.signed(by: 1, 2).signatures
        let doubled = try Self.text(signatures: [signatures[0], signatures[0], signatures[1]])
        let reversed = try Self.text(signatures: signatures.reversed())
        let apart = try Self.text(signatures: [signatures[0], signatures[1], signatures[0]])
        #expect(throws: EnvelopeError.doubledSignature(keyID: signatures[0].keyid)) {
            try Envelope(canonicalBytes: doubled)
        }
        for bytes in [reversed, apart] {
            #expect(throws: EnvelopeError.unsortedSignatures) { try Envelope(canonicalBytes: bytes) }
        }
        // Read by another way, it still does not verify.
        for (bytes, error) in [
            (doubled, EnvelopeError.doubledSignature(keyID: signatures[0].keyid)), (reversed, .unsortedSignatures),
        ] {
            let envelope = try CanonicalJSON.decode(Envelope.self, from: bytes)
            #expect(throws: error) { try envelope.verify(signers: Self.verifiers(1, 2)) }
        }
    }

    @Test("Any other text of an envelope is refused", arguments: [0, 1, 2, 3, 4, 5])
    func otherTexts(change: Int) throws {
        let text = String(decoding: try Self.signed(by: 1).canonicalBytes(), as: UTF8.self)
        let changed =
            switch change {
            case 0: text.replacing(",", with: ", ")
            case 1: text.replacing("}]}", with: "}],\"x\":1}")
            case 2: text.replacing("\"keyid\"", with: "\"key\\u0069d\"")
            case 3: text.replacing("==\"}", with: "\"}")
            case 4: text + "\n"
            default: text.replacing("+json", with: "+json\\u0000")
            }
        #expect(changed != text)
        #expect(throws: EnvelopeError.self) {
            try Envelope(canonicalBytes: Data(changed.utf8)).verify(signers: Self.verifiers(1))
        }
    }

    @Test("However a byte is changed, an envelope reads as its JSON does, or not at all")
    func changedBytes() throws {
        let bytes = try Self.signed(by: 1).canonicalBytes()
        for place in bytes.indices {
            for byte in [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "a"), 0x00, 0x7F, 0xFF] {
                var changed = bytes
                changed[place] = byte
                let asJSON = try? CanonicalJSON.decode(Envelope.self, from: changed)
                #expect((try? Envelope(canonicalBytes: changed)) == asJSON, "byte \(byte) at \(place)")
            }
        }
    }

    @Test("A key id is 64 lower-case hexadecimal digits")
    func keyIDs() throws {
        let text = String(decoding: try Self.signed(by: 1).canonicalBytes(), as: UTF8.self)
        let id = try Self.key(1).verificationKey.id.hex
        for other in [id.uppercased(), String(id.dropLast()), id + "0", ""] {
            #expect(throws: EnvelopeError.self) {
                try Envelope(canonicalBytes: Data(text.replacing(id, with: other).utf8))
            }
        }
    }

    @Test("An envelope has at most 65,535 bytes")
    func size() throws {
        func envelope(_ count: Int) throws -> Envelope {
            try Envelope.sign(
                payload: Data("\"\(String(repeating: "a", count: count))\"".utf8), payloadType: Self.type,
                with: [Self.key(1)])
        }
        let frame = try envelope(1).canonicalBytes().count - 4
        // Three bytes of payload are four of base64.
        let largest = (Envelope.largestByteCount - frame) / 4 * 3 - 2
        let bytes = try envelope(largest).canonicalBytes()
        #expect(bytes.count <= 65_535 && bytes.count > 65_531)
        #expect(try Envelope(canonicalBytes: bytes).verify(signers: Self.verifiers(1)).bytes == bytes)
        #expect(throws: EnvelopeError.self) { try envelope(largest + 1).canonicalBytes() }
        #expect(throws: EnvelopeError.self) { try envelope(largest + 1).verify(signers: Self.verifiers(1)) }
        let large = Data(repeating: 0x20, count: 65_536)
        #expect(throws: EnvelopeError.tooLarge(byteCount: 65_536, limit: 65_535)) {
            try Envelope(canonicalBytes: large)
        }
    }

    @Test(
        "A JSON payload that is not canonical is refused though it is signed",
        arguments: [" {}", "{\"a\":1,\"a\":2}", ""])
    func payloadForm(payload: String) throws {
        let envelope = try Envelope.sign(
            payload: Data(payload.utf8), payloadType: Self.type, with: [Self.key(1)])
        #expect {
            try envelope.verify(signers: Self.verifiers(1))
        } throws: { error in
            guard case .payloadNotCanonical = error as? EnvelopeError else { return false }
            return true
        }
        let plain = try Envelope.sign(payload: Data(payload.utf8), payloadType: "text/plain", with: [Self.key(1)])
        #expect(try plain.verify(signers: Self.verifiers(1)).payload == Data(payload.utf8))
    }

    @Test("A payload with a member that its type does not know is refused")
    func unknownMembers() throws {
        let body: JSONValue = ["by": "site1", "uses": 3, "more": 1]
        let verified = try Envelope.sign(body, payloadType: Self.type, with: [Self.key(1)])
            .verify(signers: Self.verifiers(1))
        #expect(throws: EnvelopeError.self) { try verified.payload(as: Body.self) }
        #expect(try verified.payload(as: JSONValue.self) == body)
    }
}
