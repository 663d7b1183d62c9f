import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite("Encryption and decryption")
struct EncryptionTests {
    @Test("Ciphertexts equal those of a Python model for known randomness, modulo 2^255 - 19")
    func vectors() throws {
        let prime = (BigInteger.one << 255) - 19
        let cases = [
            (TestKeys.of2048, "30885518931139134820958791750451496510164831793117083988637323052040526985988"),
            (TestKeys.of3072, "23897798636259507676954884797947880080868352211770670481021348294114633561847"),
        ]
        for (key, expected) in cases {
            // With a table, and without one.
            for expectedCount in [1, 20] {
                var generator = SeededGenerator(seed: 7)
                let encryptor = try Encryptor(key: key.publicKey, expectedCount: expectedCount)
                let ciphertext = try encryptor.encrypt(20190, using: &generator)
                #expect(ciphertext.value.modulo(prime).description == expected)
                #expect(try key.decrypt(ciphertext) == 20190)
            }
        }
    }

    @Test("Every plaintext comes back", arguments: [UInt64(101), 102, 103])
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for bitCount in [64, 128, 190, 256] {
            let key = try SmallKeys.key(bitCount: bitCount, seed: seed)
            let modulus = key.publicKey.modulus
            for randomness in [Encryptor.Randomness.half, .textbook] {
                let encryptor = try Encryptor(key: key.publicKey, randomness: randomness, expectedCount: 200)
                for plaintext in [0, 1, modulus - 1] {
                    #expect(try key.decrypt(encryptor.encrypt(plaintext)) == plaintext, "seed \(seed)")
                }
                for _ in 0..<200 {
                    let plaintext = BigInteger.random(below: modulus, using: &generator)
                    let ciphertext = try encryptor.encrypt(plaintext, using: &generator)
                    #expect(try key.decrypt(ciphertext) == plaintext, "seed \(seed)")
                    _ = try Ciphertext(checking: ciphertext.value, under: key.publicKey)
                }
            }
        }
    }

    @Test("The same at 2048 bits, with each kind of randomness")
    func roundTripAtFullSize() throws {
        let key = TestKeys.of2048
        for randomness in [Encryptor.Randomness.half, .short(bits: 256), .short(bits: 449), .textbook] {
            let encryptor = try Encryptor(key: key.publicKey, randomness: randomness, expectedCount: 5)
            for plaintext in [0, 1, key.publicKey.modulus - 1, BigInteger.random(below: key.publicKey.modulus)] {
                #expect(try key.decrypt(encryptor.encrypt(plaintext)) == plaintext)
            }
        }
    }

    @Test("Two encryptions of one plaintext differ")
    func fresh() throws {
        let encryptor = try Encryptor(key: SmallKeys.key(bitCount: 256, seed: 1).publicKey, expectedCount: 100)
        let values = try (0..<100).map { _ in try encryptor.encrypt(5) }
        #expect(Set(values).count == 100)
    }

    @Test("Threads share one encryptor and its table")
    func concurrent() async throws {
        let key = try SmallKeys.key(bitCount: 256, seed: 6)
        let encryptor = try Encryptor(key: key.publicKey, expectedCount: 5000)
        let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<4 {
                group.addTask {
                    try (0..<200).filter { index in
                        let plaintext = BigInteger(1000 * task + index)
                        return try key.decrypt(encryptor.encrypt(plaintext)) != plaintext
                    }.count
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }

    @Test("Encryption into memory writes the same bytes, and nothing when it refuses")
    func intoMemory() throws {
        let key = try SmallKeys.key(bitCount: 190, seed: 1)
        let encryptor = try Encryptor(key: key.publicKey, expectedCount: 10)
        let width = key.publicKey.ciphertextByteCount
        #expect(width == 48)
        var memory = [UInt8](repeating: 0xaa, count: width)
        try memory.withUnsafeMutableBytes { bytes in
            #expect(throws: PaillierError.self) { try encryptor.encrypt(key.publicKey.modulus, into: bytes) }
            #expect(bytes.allSatisfy { $0 == 0xaa })
            var generator = SeededGenerator(seed: 3)
            try encryptor.encrypt(77, into: bytes, using: &generator)
        }
        var generator = SeededGenerator(seed: 3)
        let ciphertext = try encryptor.encrypt(77, using: &generator)
        #expect(ciphertext.littleEndianBytes == memory)
        let copy = try memory.withUnsafeBytes {
            try Ciphertext(checkingLittleEndianLimbs: $0, under: key.publicKey)
        }
        #expect(copy == ciphertext)
        var short = [UInt8](repeating: 0, count: width - 8)
        #expect(throws: PaillierError.ciphertextLength(byteCount: 40, expected: 48)) {
            try short.withUnsafeMutableBytes { try encryptor.encrypt(1, into: $0) }
        }
    }

    @Test("Plaintexts outside [0, n) and randomness that is too short are refused")
    func refusals() throws {
        let key = TestKeys.of2048.publicKey
        let encryptor = try Encryptor(key: key, expectedCount: 1)
        #expect(throws: PaillierError.plaintextOutOfRange(bitCount: 2048, limit: 2048)) {
            try encryptor.encrypt(key.modulus)
        }
        #expect(throws: PaillierError.plaintextOutOfRange(bitCount: 1, limit: 2048)) { try encryptor.encrypt(-1) }
        #expect(throws: PaillierError.shortExponentTooShort(bitCount: 255, least: 256)) {
            try Encryptor(key: key, randomness: .short(bits: 255), expectedCount: 1)
        }
        #expect(throws: PaillierError.exponentTooLong(bitCount: 2049, most: 2048)) {
            try Encryptor(key: key, randomness: .short(bits: 2049), expectedCount: 1)
        }
    }
}
