import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite("Signed and decimal numbers")
struct EncodingTests {
    private static func key() throws -> PrivateKey { try SmallKeys.key(bitCount: 128, seed: 1) }

    @Test("Signed numbers come back through encrypted sums and products", arguments: [UInt64(501), 502])
    func signed(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let key = try Self.key()
        let (publicKey, encoding) = (key.publicKey, SignedEncoding(key: key.publicKey))
        let encryptor = try Encryptor(key: publicKey, expectedCount: 400)
        for _ in 0..<200 {
            let a = BigInteger(Int.random(in: .min ... .max, using: &generator))
            let b = BigInteger(Int.random(in: .min ... .max, using: &generator))
            let factor = BigInteger(Int.random(in: -1 << 40...1 << 40, using: &generator))
            let x = try encryptor.encrypt(encoding.encode(a))
            let sum = try publicKey.add(x, encryptor.encrypt(encoding.encode(b)))
            #expect(try encoding.decode(key.decrypt(sum)) == a + b, "seed \(seed)")
            let product = try publicKey.multiply(x, by: factor)
            #expect(try encoding.decode(key.decrypt(product)) == a * factor, "seed \(seed)")
        }
    }

    @Test("The range ends at (n - 1) / 2 on both sides")
    func range() throws {
        let key = try Self.key().publicKey
        let encoding = SignedEncoding(key: key)
        for value in [0, 1, -1, encoding.limit, -encoding.limit] {
            #expect(try encoding.decode(encoding.encode(value)) == value)
        }
        for value in [encoding.limit + 1, -encoding.limit - 1] {
            #expect(throws: PaillierError.self) { try encoding.encode(value) }
        }
        for residue in [BigInteger(-1), key.modulus] {
            #expect(throws: PaillierError.self) { try encoding.decode(residue) }
        }
    }

    @Test(
        "Decimal text comes back with its declared places",
        arguments: [
            ("0", "0.000"), ("-0", "0.000"), ("12.5", "12.500"), ("-0.001", "-0.001"), ("007.25", "7.250"),
            ("1.2300000", "1.230"), ("-99999999999999999999.999", "-99999999999999999999.999"),
        ])
    func decimals(text: String, expected: String) throws {
        let encoding = FixedPointEncoding(decimals: 3, key: try Self.key().publicKey)
        #expect(try encoding.decode(encoding.encode(text)) == expected)
    }

    @Test(
        "Text that is no decimal number is refused",
        arguments: ["", "-", ".", "1.", ".5", "+1", "1e3", "1,5", "1.2.3", " 1", "--1", "NaN", "1.-2", "0x1", "１"])
    func malformed(text: String) throws {
        let encoding = FixedPointEncoding(decimals: 3, key: try Self.key().publicKey)
        #expect(throws: PaillierError.decimalTextMalformed) { try encoding.encode(text) }
    }

    @Test("Nothing is rounded: too many places, or too large a number, are refused")
    func precision() throws {
        let encoding = FixedPointEncoding(decimals: 3, key: try Self.key().publicKey)
        #expect(throws: PaillierError.decimalTextTooPrecise(digits: 4, available: 3)) {
            try encoding.encode("1.0001")
        }
        #expect(throws: PaillierError.self) { try encoding.encode(String(repeating: "9", count: 40)) }
        let whole = FixedPointEncoding(decimals: 0, key: try Self.key().publicKey)
        #expect(try whole.decode(whole.encode("-12.000")) == "-12")
    }

    @Test("Products with scaled factors have the decimals of both")
    func products() throws {
        let key = try Self.key()
        let encoding = FixedPointEncoding(decimals: 2, key: key.publicKey)
        let x = try Encryptor(key: key.publicKey, expectedCount: 1).encrypt(encoding.encode("-12.34"))
        let product = try key.publicKey.multiply(x, by: encoding.scaled("0.50"))
        #expect(try encoding.decode(key.decrypt(product), factorDecimals: 2) == "-6.1700")
    }
}
