import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite("Ciphertexts that are only added up")
struct CiphertextSumCheckTests {
    @Test("The range of each is checked where it lies, and the first offender named")
    func range() throws {
        let key = TestKeys.of2048.publicKey
        let good = [BigInteger(1), key.modulus + 1, key.modulusSquared - 1]
        try key.withMemory(of: good) { try Ciphertext.checkRange(littleEndianLimbs: $0, count: 3, under: key) }
        for index in good.indices {
            for value in [BigInteger(0), key.modulusSquared, (BigInteger.one << 4096) - 1] {
                var bad = good
                bad[index] = value
                #expect(throws: PaillierError.ciphertextOutOfRange(index: index)) {
                    try key.withMemory(of: bad) {
                        try Ciphertext.checkRange(littleEndianLimbs: $0, count: 3, under: key)
                    }
                }
            }
        }
        #expect(throws: PaillierError.ciphertextLength(byteCount: 1_024, expected: 512)) {
            try key.withMemory(of: Array(good.prefix(2))) {
                try Ciphertext.checkRange(littleEndianLimbs: $0, count: 1, under: key)
            }
        }
    }

    @Test("A sum is coprime to n exactly where all that went into it are", arguments: [64, 96, 160])
    func coprimality(bitCount: Int) throws {
        var generator = SeededGenerator(seed: UInt64(bitCount))
        let key = try SmallKeys.key(bitCount: bitCount, seed: 1).publicKey
        var refused = 0
        for _ in 0..<200 {
            var values = (0..<5).map { _ in BigInteger(UInt64.random(in: 1...UInt64.max, using: &generator)) }
                .map { ($0 * $0).modulo(key.modulusSquared) }
            if Bool.random(using: &generator) { values[3] = (values[3] * key.modulus).modulo(key.modulusSquared) }
            guard values.allSatisfy({ $0.signum > 0 }) else { continue }
            var sum = CiphertextAccumulator(key: key)
            try key.withMemory(of: values) { memory in
                try Ciphertext.checkRange(littleEndianLimbs: memory, count: 5, under: key)
                let width = key.ciphertextByteCount
                for index in 0..<5 {
                    sum.add(
                        littleEndianLimbs: UnsafeRawBufferPointer(rebasing: memory[index * width..<(index + 1) * width])
                    )
                }
            }
            let isSound = values.allSatisfy { $0.greatestCommonDivisor(with: key.modulus) == 1 }
            if isSound {
                try sum.value().checkCoprime()
            } else {
                refused += 1
                #expect(throws: PaillierError.ciphertextSharesFactor(index: 0)) { try sum.value().checkCoprime() }
            }
        }
        #expect((1..<200).contains(refused))
    }
}
