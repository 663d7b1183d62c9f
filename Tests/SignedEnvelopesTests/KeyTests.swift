import Foundation
import SharingModel
import SignedEnvelopes
import Testing

@Suite("Signing keys")
struct KeyTests {
    /// RFC 8032, section 7.1: secret key, public key, message, signature.
    static let vectors: [[String]] = [
        [
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ],
        [
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ],
        [
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ],
    ]

    static func data(_ hex: String) throws -> Data { Data(try #require([UInt8](lowercaseHex: hex))) }

    @Test("The vectors of RFC 8032", arguments: vectors)
    func rfc8032(vector: [String]) throws {
        let fields = try vector.map(Self.data)
        let key = try SigningKey(ed25519Secret: fields[0])
        #expect(key.verificationKey.rawRepresentation == fields[1])
        #expect(key.verificationKey.id == .sha256(fields[1]))
        #expect(key.verificationKey.isValid(fields[3], for: fields[2]))
        #expect(key.verificationKey.isValid(try key.signature(for: fields[2]), for: fields[2]))
        #expect(!key.verificationKey.isValid(fields[3], for: fields[2] + [0]))
    }

    @Test("A signature with L added to its scalar, which satisfies the equation, is refused")
    func malleated() throws {
        // Made with PyPI's cryptography: s + L, where L = 2^252 + 27742317777372353535851937790883648493.
        let key = try SigningKey(ed25519Secret: Array(repeating: 7, count: 32)).verificationKey
        let r = "9e46ad095242486ab68b0b6664ade0909c98e02de019d98810c448d7e58d4319"
        let s = "c8ae941a474f6ef64ea9dd22106c5c52196e4728f9a3464737bbac84df2fab0a"
        let sPlusL = "b5828a7761b2804e2546d5c5ee653b67196e4728f9a3464737bbac84df2fab1a"
        #expect(key.isValid(try Self.data(r + s), for: Data("message".utf8)))
        #expect(!key.isValid(try Self.data(r + sPlusL), for: Data("message".utf8)))
        #expect(!key.isValid(try Self.data(r), for: Data("message".utf8)))
        #expect(!key.isValid(try Self.data(r + s) + [0], for: Data("message".utf8)))
    }

    @Test(
        "Public keys of small order, in second encodings, off the curve or of other lengths are refused",
        arguments: [
            // The points of order 1, 2, 4, 8, as libsodium lists them, with either sign.
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000080",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            // y = p, p + 1 and 2^255 - 1, which stand for smaller numbers.
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751", "",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a00",
        ])
    func weakKeys(hex: String) throws {
        let raw = try Self.data(hex)
        #expect(throws: EnvelopeError.invalidPublicKey) { try VerificationKey(ed25519: raw) }
    }

    @Test("A key comes back from its secret, and prints only its public half")
    func secrets() throws {
        let key = SigningKey.generate()
        let secret = key.exportSecretForVault()
        #expect(try SigningKey(ed25519Secret: secret).verificationKey == key.verificationKey)
        let unsealing = UnsealingKey.generate()
        let other = unsealing.exportSecretForVault()
        #expect(try UnsealingKey(x25519Secret: other).sealingKey == unsealing.sealingKey)
        var dumped = ""
        dump(key, to: &dumped)
        dump(unsealing, to: &dumped)
        for text in ["\(key)", String(reflecting: key), "\(unsealing)", String(reflecting: unsealing), dumped] {
            for bytes in [secret, other] {
                #expect(!text.contains(Array(bytes).lowercaseHex) && !text.contains(bytes.base64EncodedString()))
            }
        }
        #expect(!dumped.contains("PrivateKey"))
        #expect(throws: EnvelopeError.invalidSecretKey) { try SigningKey(ed25519Secret: secret.dropLast()) }
        #expect(throws: EnvelopeError.invalidSecretKey) { try UnsealingKey(x25519Secret: other + [0]) }
    }
}
