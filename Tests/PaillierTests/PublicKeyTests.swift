import Multiprecision
import Paillier
import Testing

@Suite("Public keys from outside")
struct PublicKeyTests {
    private let modulus = TestKeys.of2048.publicKey.modulus

    @Test("A good modulus is taken, and named by SHA-256 of its bytes (computed by Python's hashlib)")
    func good() throws {
        let key = try PublicKey(modulus: modulus)
        #expect(key == TestKeys.of2048.publicKey)
        #expect(key.bitCount == 2048 && key.isSecureSize)
        #expect(key.ciphertextByteCount == 512)
        #expect(key.fingerprint == "db26be5c57b47db8ef3568df0f28afadcf8bbc66aeed1c4c131271df7d054543")
        #expect(
            TestKeys.of3072.publicKey.fingerprint
                == "04c10cee24cc4c6b656bd38f60c13dc130b963ef5854b1f3f8bd2ca921173b72")
        #expect(TestKeys.of3072.publicKey.ciphertextByteCount == 768)
    }

    @Test("Lengths outside 2048 to 16384 bits are refused")
    func length() {
        for value in [BigInteger(0), -modulus, 15, modulus >> 1] {
            #expect(throws: PaillierError.self) { try PublicKey(modulus: value) }
        }
        let short = (BigInteger.one << 2046) + 1
        #expect(throws: PaillierError.modulusTooShort(bitCount: 2047, least: 2048)) { try PublicKey(modulus: short) }
        let long = (BigInteger.one << 16384) + 1
        #expect(throws: PaillierError.modulusTooLong(bitCount: 16385, most: 16384)) { try PublicKey(modulus: long) }
        #expect(throws: PaillierError.modulusTooShort(bitCount: 4, least: 64)) {
            try PublicKey(insecureModulusForTesting: 15)
        }
    }

    @Test("An even modulus is refused")
    func even() {
        #expect(throws: PaillierError.modulusEven) { try PublicKey(modulus: modulus + 1) }
    }

    @Test("Small factors are found up to the proof's bound", arguments: [UInt(3), 7, 65519, 65521])
    func smallFactors(factor: UInt) {
        #expect(throws: PaillierError.modulusHasSmallFactor(factor)) {
            try PublicKey(modulus: modulus * BigInteger(UInt64(factor)))
        }
    }

    @Test("Squares and higher powers are refused")
    func powers() {
        let prime = TestKeys.number(TestKeys.p1024)
        #expect(throws: PaillierError.modulusIsPerfectPower) { try PublicKey(modulus: prime * prime) }
        #expect(throws: PaillierError.modulusIsPerfectPower) { try PublicKey(modulus: prime.power(3)) }
    }

    @Test("A prime modulus is refused")
    func prime() {
        #expect(throws: PaillierError.modulusIsPrime) {
            try PublicKey(insecureModulusForTesting: TestKeys.number(TestKeys.p1024))
        }
    }

    @Test("Messages name what is wrong and hold no number of a key")
    func messages() {
        let message = PaillierError.modulusTooShort(bitCount: 1024, least: 2048).description
        #expect(message.contains("1024") && message.contains("2048"))
        #expect(PaillierError.guardBitsSet(slot: "age").description.contains("age"))
    }
}
