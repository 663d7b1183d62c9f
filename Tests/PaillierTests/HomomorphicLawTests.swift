import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite("Computing on ciphertexts")
struct HomomorphicLawTests {
    @Test("Sums, products and negations decrypt to those of the plaintexts", arguments: [UInt64(201), 202, 203])
    func laws(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let key = try SmallKeys.key(bitCount: 128, seed: seed)
        let (publicKey, n) = (key.publicKey, key.publicKey.modulus)
        let encryptor = try Encryptor(key: publicKey, expectedCount: 2000)
        for _ in 0..<400 {
            let (a, b) = (
                BigInteger.random(below: n, using: &generator), BigInteger.random(below: n, using: &generator)
            )
            let (x, y) = (try encryptor.encrypt(a), try encryptor.encrypt(b))
            let plain = BigInteger.random(bitCount: 150, using: &generator) - (BigInteger.one << 149)
            #expect(try key.decrypt(publicKey.add(x, y)) == (a + b).modulo(n), "seed \(seed)")
            #expect(try key.decrypt(publicKey.add(x, plain: plain)) == (a + plain).modulo(n), "seed \(seed)")
            #expect(try key.decrypt(publicKey.multiply(x, by: plain)) == (a * plain).modulo(n), "seed \(seed)")
            #expect(try key.decrypt(publicKey.negate(x)) == (-a).modulo(n), "seed \(seed)")
            let again = try publicKey.rerandomize(x, using: encryptor)
            #expect(again != x)
            #expect(try key.decrypt(again) == a, "seed \(seed)")
        }
    }

    @Test("Factors at the ends of their range")
    func factors() throws {
        let key = try SmallKeys.key(bitCount: 128, seed: 7)
        let (publicKey, n) = (key.publicKey, key.publicKey.modulus)
        let ciphertext = try Encryptor(key: publicKey, expectedCount: 1).encrypt(12345)
        for factor in [BigInteger(0), 1, -1, n, n - 1, n + 1, -n, (n - 1) >> 1, (n + 1) >> 1, n * n] {
            let product = try publicKey.multiply(ciphertext, by: factor)
            #expect(try key.decrypt(product) == (12345 * factor).modulo(n))
            _ = try Ciphertext(checking: product.value, under: publicKey)
        }
    }

    @Test("A sum has the same bytes in every order and grouping", arguments: [UInt64(211), 212])
    func accumulators(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for bitCount in [64, 190, 256] {
            let key = try SmallKeys.key(bitCount: bitCount, seed: seed)
            let publicKey = key.publicKey
            let encryptor = try Encryptor(key: publicKey, expectedCount: 200)
            let plaintexts = (0..<60).map { _ in BigInteger.random(below: publicKey.modulus, using: &generator) }
            let ciphertexts = try plaintexts.map { try encryptor.encrypt($0) }
            let expected = try publicKey.sum(ciphertexts)
            let total = plaintexts.reduce(BigInteger.zero, +).modulo(publicKey.modulus)
            #expect(try key.decrypt(expected) == total, "seed \(seed)")
            #expect(try ciphertexts.dropFirst().reduce(ciphertexts[0]) { try publicKey.add($0, $1) } == expected)
            for _ in 0..<20 {
                var parts = (0..<4).map { _ in CiphertextAccumulator(key: publicKey) }
                for ciphertext in ciphertexts.shuffled(using: &generator) {
                    try parts[Int.random(in: 0..<4, using: &generator)].add(ciphertext)
                }
                var whole = CiphertextAccumulator(key: publicKey)
                for part in parts.shuffled(using: &generator) { try whole.merge(part) }
                #expect(whole.value().littleEndianBytes == expected.littleEndianBytes, "seed \(seed)")
                #expect(whole.count == 60)
            }
        }
    }

    @Test("Ciphertexts are added where they lie, with and without weights")
    func memory() throws {
        var generator = SeededGenerator(seed: 8)
        let key = try SmallKeys.key(bitCount: 190, seed: 8)
        let (publicKey, width) = (key.publicKey, key.publicKey.ciphertextByteCount)
        let encryptor = try Encryptor(key: publicKey, expectedCount: 40)
        let ciphertexts = try (0..<40).map { try encryptor.encrypt(BigInteger($0 * $0)) }
        let weights = (0..<40).map { _ in Int64.random(in: -1000...1000, using: &generator) } + [0, 1, -2, .max]
        let sum = try publicKey.sum(ciphertexts)
        let (added, total) = publicKey.withMemory(of: ciphertexts.map(\.value)) { bytes in
            var plain = CiphertextAccumulator(key: publicKey)
            let weighted = WeightedSum(key: publicKey, weightBitCount: 63, expectedCount: 44)
            var total = BigInteger.zero
            for (index, weight) in weights.enumerated() {
                let row = index % 40
                let place = UnsafeRawBufferPointer(rebasing: bytes[(row * width)..<((row + 1) * width)])
                if index < 40 { plain.add(littleEndianLimbs: place) }
                weighted.add(littleEndianLimbs: place, weight: weight)
                total += BigInteger(Int(weight)) * BigInteger(row * row)
            }
            #expect(plain.value() == sum)
            return (weighted.value(), total)
        }
        #expect(try key.decrypt(added) == total.modulo(publicKey.modulus))
    }

    @Test("The sum of nothing is 1, and copies of a sum are independent")
    func values() throws {
        let key = TestKeys.of2048
        var first = CiphertextAccumulator(key: key.publicKey)
        #expect(first.value().value == 1)
        #expect(try key.decrypt(first.value()) == 0)
        let encryptor = try Encryptor(key: key.publicKey, expectedCount: 3)
        try first.add(encryptor.encrypt(3))
        var second = first
        try second.add(encryptor.encrypt(4))
        try first.add(encryptor.encrypt(5))
        #expect(try key.decrypt(first.value()) == 8)
        #expect(try key.decrypt(second.value()) == 7)
        let other = try SmallKeys.key(bitCount: 128, seed: 1).publicKey
        #expect(throws: PaillierError.keyMismatch) { try first.merge(CiphertextAccumulator(key: other)) }
    }
}
