import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite("Ciphertexts from outside")
struct CiphertextCheckTests {
    private let key = TestKeys.of2048.publicKey
    private let p = TestKeys.number(TestKeys.p1024)

    @Test("Numbers outside (0, n²) are refused")
    func range() {
        for value in [BigInteger(0), -1, key.modulusSquared, key.modulusSquared + 1] {
            #expect(throws: PaillierError.ciphertextOutOfRange(index: 0)) {
                try Ciphertext(checking: value, under: key)
            }
        }
    }

    @Test("Numbers that share a factor with n are refused")
    func factors() {
        for value in [key.modulus, p, p * 12345, key.modulusSquared - p] {
            #expect(throws: PaillierError.ciphertextSharesFactor(index: 0)) {
                try Ciphertext(checking: value, under: key)
            }
        }
    }

    @Test("A batch names its first offender, at every place")
    func batch() throws {
        let encryptor = try Encryptor(key: key, expectedCount: 30)
        let good = try (0..<12).map { try encryptor.encrypt(BigInteger($0)).value }
        try key.withMemory(of: good) { try Ciphertext.checkBatch(littleEndianLimbs: $0, count: 12, under: key) }
        for index in good.indices {
            for value in [BigInteger(0), key.modulusSquared, (BigInteger.one << 4096) - 1] {
                var bad = good
                bad[index] = value
                #expect(throws: PaillierError.ciphertextOutOfRange(index: index)) {
                    try key.withMemory(of: bad) {
                        try Ciphertext.checkBatch(littleEndianLimbs: $0, count: 12, under: key)
                    }
                }
            }
            for value in [p, key.modulus, p * p, key.modulusSquared - key.modulus] {
                var bad = good
                bad[index] = value
                #expect(throws: PaillierError.ciphertextSharesFactor(index: index)) {
                    try key.withMemory(of: bad) {
                        try Ciphertext.checkBatch(littleEndianLimbs: $0, count: 12, under: key)
                    }
                }
            }
        }
    }

    @Test("The batch agrees with single checks on small keys of every width", arguments: [64, 96, 128, 160, 190])
    func agreement(bitCount: Int) throws {
        var generator = SeededGenerator(seed: UInt64(bitCount))
        let key = try SmallKeys.key(bitCount: bitCount, seed: 1).publicKey
        let limit = BigInteger.one << (8 * key.ciphertextByteCount)
        for _ in 0..<300 {
            let value = BigInteger.random(below: limit, using: &generator)
            let single = (try? Ciphertext(checking: value, under: key)) != nil
            let batch: Void? = key.withMemory(of: [value]) { bytes in
                try? Ciphertext.checkBatch(littleEndianLimbs: bytes, count: 1, under: key)
            }
            #expect(single == (batch != nil))
        }
    }

    @Test("A length that does not fit the count is refused")
    func lengths() throws {
        try key.withMemory(of: [1, 1]) { bytes in
            for count in [-1, 0, 1, 3] {
                #expect(throws: PaillierError.self) {
                    try Ciphertext.checkBatch(littleEndianLimbs: bytes, count: count, under: key)
                }
            }
            try Ciphertext.checkBatch(littleEndianLimbs: bytes, count: 2, under: key)
        }
        try Ciphertext.checkBatch(littleEndianLimbs: .init(start: nil, count: 0), count: 0, under: key)
    }
}
