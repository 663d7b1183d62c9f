import CanonicalJSON
import Foundation
import SignedEnvelopes
import TestSupport
import Testing

@Suite("Sealed messages")
struct SealedMessageTests {
    static let info = Data("chancery opening v1".utf8)
    static let result = Data("result 17".utf8)

    @Test("The recipient alone opens, with the same purpose and belonging", arguments: [0, 1, 15, 16, 17, 100_000])
    func opens(count: Int) throws {
        var random = SeededGenerator(seed: 9180)
        let message = Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
        let key = UnsealingKey.generate()
        let sealed = try SealedMessage.seal(message, to: key.sealingKey, info: Self.info, authenticating: Self.result)
        #expect(sealed.enc.count == 32 && sealed.ciphertext.count == count + 16)
        #expect(try sealed.open(with: key, info: Self.info, authenticating: Self.result) == message)
        let again = try SealedMessage.seal(message, to: key.sealingKey, info: Self.info, authenticating: Self.result)
        #expect(again.enc != sealed.enc && again.ciphertext != sealed.ciphertext)
        #expect(throws: EnvelopeError.cannotOpen) {
            try sealed.open(with: UnsealingKey.generate(), info: Self.info, authenticating: Self.result)
        }
        #expect(throws: EnvelopeError.cannotOpen) {
            try sealed.open(with: key, info: Self.info + [0], authenticating: Self.result)
        }
        #expect(throws: EnvelopeError.cannotOpen) {
            try sealed.open(with: key, info: Self.info, authenticating: Self.info)
        }
    }

    @Test("No altered byte goes unnoticed")
    func tampered() throws {
        let key = UnsealingKey.generate()
        let sealed = try SealedMessage.seal(
            Data("42.50".utf8), to: key.sealingKey, info: Self.info, authenticating: Self.result)
        func refuses(_ enc: Data, _ ciphertext: Data, _ what: String = "") {
            #expect(throws: EnvelopeError.cannotOpen, "\(what)") {
                try SealedMessage(enc: enc, ciphertext: ciphertext)
                    .open(with: key, info: Self.info, authenticating: Self.result)
            }
        }
        for place in 0..<32 {
            var enc = sealed.enc
            enc[place] ^= 4
            refuses(enc, sealed.ciphertext, "byte \(place) of enc")
        }
        for place in sealed.ciphertext.indices {
            var ciphertext = sealed.ciphertext
            ciphertext[place] ^= 0x80
            refuses(sealed.enc, ciphertext, "byte \(place) of the ciphertext")
            refuses(sealed.enc, sealed.ciphertext.prefix(place), "cut at \(place)")
        }
        refuses(sealed.enc, sealed.ciphertext + [0])
        refuses(sealed.enc.dropLast(), sealed.ciphertext)
        refuses(Data(repeating: 0, count: 32), sealed.ciphertext)
        refuses(Data(), Data())
    }

    @Test("The JSON form is two members of base64")
    func form() throws {
        let message = SealedMessage(enc: Data([1]), ciphertext: Data([2, 3]))
        let bytes = try CanonicalJSON.encode(message)
        #expect(bytes == Data(#"{"ciphertext":"AgM=","enc":"AQ=="}"#.utf8))
        #expect(try CanonicalJSON.decode(SealedMessage.self, from: bytes) == message)
    }

    @Test(
        "A public key with which everybody agrees on zero is refused, as a recipient's and as an encapsulated one",
        arguments: [
            // The points of small order, in the encodings that X25519 reduces to them (RFC 7748; libsodium's list).
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000080",
        ])
    func weakKeys(hex: String) throws {
        let raw = try KeyTests.data(hex)
        #expect(throws: EnvelopeError.invalidSealingKey) { try SealingKey(x25519: raw) }
        #expect(throws: EnvelopeError.cannotOpen) {
            try SealedMessage(enc: raw, ciphertext: Data(count: 16))
                .open(with: .generate(), info: Self.info, authenticating: Self.result)
        }
        #expect(throws: EnvelopeError.invalidSealingKey) { try SealingKey(x25519: raw.dropLast()) }
    }
}
