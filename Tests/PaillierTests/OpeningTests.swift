import Foundation
import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite("Openings")
struct OpeningTests {
    @Test("An opening of a sum shows its plaintext to anybody", arguments: [TestKeys.of2048, TestKeys.of3072])
    func fullSize(key: PrivateKey) throws {
        let encryptor = try Encryptor(key: key.publicKey, expectedCount: 2)
        let sum = try key.publicKey.add(encryptor.encrypt(40), encryptor.encrypt(2))
        let opening = try key.open(sum)
        #expect(opening.plaintext == 42)
        try key.publicKey.verify(opening, of: sum)
        let copy = try JSONDecoder().decode(Opening.self, from: JSONEncoder().encode(opening))
        #expect(copy == opening)
    }

    @Test("The recovered randomness is the one that was used", arguments: [UInt64(301), 302])
    func randomness(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let key = try SmallKeys.key(bitCount: 128, seed: seed)
        let (n, squared) = (key.publicKey.modulus, key.publicKey.modulusSquared)
        for _ in 0..<300 {
            let r = BigInteger.random(below: n, using: &generator)
            let plaintext = BigInteger.random(below: n, using: &generator)
            guard r.greatestCommonDivisor(with: n) == 1 else { continue }
            let value = ((plaintext * n + 1) * r.power(n, modulo: squared, variableTime: true)).modulo(squared)
            let opening = try key.open(Ciphertext(checking: value, under: key.publicKey))
            #expect(opening == Opening(plaintext: plaintext, randomness: r), "seed \(seed)")
        }
    }

    @Test("Every mutation of an opening is refused")
    func mutations() throws {
        let key = try SmallKeys.key(bitCount: 256, seed: 3)
        let publicKey = key.publicKey
        let n = publicKey.modulus
        let encryptor = try Encryptor(key: publicKey, expectedCount: 20)
        for _ in 0..<20 {
            let ciphertext = try encryptor.encrypt(BigInteger.random(below: n))
            let good = try key.open(ciphertext)
            let (m, r) = (good.plaintext, good.randomness)
            let wrong = [
                ((m + 1).modulo(n), r), ((m - 1).modulo(n), r), ((m + (n >> 1)).modulo(n), r), (m, n - r), (m, 1),
                (m, r == 1 ? 2 : r - 1), (r, m.isZero ? 1 : m),
            ]
            for (plaintext, randomness) in wrong {
                #expect(throws: PaillierError.openingDoesNotMatch(index: 0)) {
                    try publicKey.verify(Opening(plaintext: plaintext, randomness: randomness), of: ciphertext)
                }
            }
            let p = try #require(factor(of: key))
            for (plaintext, randomness) in [(m + n, r), (-1, r), (m - n, r), (m, r + n), (m, 0), (m, -r), (m, p)] {
                #expect(throws: PaillierError.openingOutOfRange(index: 0)) {
                    try publicKey.verify(Opening(plaintext: plaintext, randomness: randomness), of: ciphertext)
                }
            }
            let other = try encryptor.encrypt(m)
            #expect(throws: PaillierError.openingDoesNotMatch(index: 0)) { try publicKey.verify(good, of: other) }
        }
    }

    @Test("A batch verifies, and fails at whatever place a plaintext is wrong", arguments: [1, 8, 9, 40])
    func batch(count: Int) throws {
        let key = try SmallKeys.key(bitCount: 256, seed: 4)
        let (publicKey, n) = (key.publicKey, key.publicKey.modulus)
        let encryptor = try Encryptor(key: publicKey, expectedCount: count)
        let good = try (0..<count).map { index in
            let ciphertext = try encryptor.encrypt(BigInteger(index))
            return (ciphertext: ciphertext, opening: try key.open(ciphertext))
        }
        try publicKey.verifyBatch(good)
        for index in good.indices {
            let opening = good[index].opening
            var bad = good
            bad[index].opening = Opening(
                plaintext: (opening.plaintext + 1).modulo(n), randomness: opening.randomness)
            #expect(throws: PaillierError.openingDoesNotMatch(index: index)) { try publicKey.verifyBatch(bad) }
            bad[index].opening = Opening(plaintext: opening.plaintext, randomness: 0)
            #expect(throws: PaillierError.openingOutOfRange(index: index)) { try publicKey.verifyBatch(bad) }
        }
    }

    @Test("Errors that cancel in a plain product do not pass a batch")
    func cancelling() throws {
        let key = try SmallKeys.key(bitCount: 256, seed: 5)
        let (publicKey, n) = (key.publicKey, key.publicKey.modulus)
        let encryptor = try Encryptor(key: publicKey, expectedCount: 10)
        var items = try (0..<10).map { index in
            let ciphertext = try encryptor.encrypt(BigInteger(100 + index))
            return (ciphertext: ciphertext, opening: try key.open(ciphertext))
        }
        for (index, shift) in [(2, 1), (3, -1)] {
            let opening = items[index].opening
            items[index].opening = Opening(
                plaintext: (opening.plaintext + BigInteger(shift)).modulo(n), randomness: opening.randomness)
        }
        #expect(throws: PaillierError.openingDoesNotMatch(index: 2)) { try publicKey.verifyBatch(items) }
    }

    @Test("A batch of 12 at 2048 bits verifies, and one wrong plaintext fails it")
    func fullSizeBatch() throws {
        let key = TestKeys.of2048
        let encryptor = try Encryptor(key: key.publicKey, expectedCount: 12)
        var items = try (0..<12).map { index in
            let ciphertext = try encryptor.encrypt(BigInteger(index))
            return (ciphertext: ciphertext, opening: try key.open(ciphertext))
        }
        try key.publicKey.verifyBatch(items)
        items[11].opening = Opening(plaintext: 12, randomness: items[11].opening.randomness)
        #expect(throws: PaillierError.openingDoesNotMatch(index: 11)) { try key.publicKey.verifyBatch(items) }
    }

    private func factor(of key: PrivateKey) -> BigInteger? {
        key.withSerialized { bytes in
            BigInteger(littleEndianLimbs: UnsafeRawBufferPointer(rebasing: bytes[8..<(8 + (bytes.count - 8) / 2)]))
        }
    }
}
