import Multiprecision
import Paillier
import TestSupport

/// A key with an encryptor, and random numbers for it that are often at the ends of their range.
struct LawCases: Sendable {
    let key: PrivateKey
    let encryptor: Encryptor
    /// Cases of each law at this length: small keys of four lengths together make 10,000.
    let count: Int
    var publicKey: PublicKey { key.publicKey }
    var n: BigInteger { key.publicKey.modulus }
    var bitCount: Int { key.publicKey.bitCount }
    var seed: UInt64 { UInt64(bitCount) * 1_000 }

    /// Lengths of n in bits: limbs of n² that are few and many, whole and not.
    static let smallBitCounts = [64, 128, 190, 256]

    static func small(_ bitCount: Int) throws -> LawCases {
        let key = try SmallKeys.key(bitCount: bitCount, seed: UInt64(bitCount))
        return LawCases(key: key, encryptor: try Encryptor(key: key.publicKey, expectedCount: 5_000), count: 2_500)
    }

    static func fullSize(count: Int) throws -> LawCases {
        let key = TestKeys.of2048
        let encryptor = try Encryptor(key: key.publicKey, randomness: .short(bits: 512), expectedCount: 2_000)
        return LawCases(key: key, encryptor: encryptor, count: count)
    }

    func law(_ name: String) -> Law { Law("\(name), \(bitCount) bits", cases: count, seed: seed) }

    /// In `[0, n)`; every fourth is 0, 1, n - 1, a half of n, or next to a power of 2.
    func plaintext(_ generator: inout SeededGenerator) -> BigInteger {
        guard Int.random(in: 0..<4, using: &generator) == 0 else {
            return BigInteger.random(below: n, using: &generator)
        }
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return 0
        case 1: return 1
        case 2: return n - 1
        case 3: return (n - 1) >> 1
        case 4: return (n + 1) >> 1
        default: return (BigInteger.one << Int.random(in: 1..<bitCount, using: &generator)) - 1
        }
    }

    /// Of either sign and up to `bitCount` bits, often short.
    func integer(bitCount: Int, _ generator: inout SeededGenerator) -> BigInteger {
        let bits = Int.random(in: 0...bitCount, using: &generator)
        let magnitude = BigInteger.random(bitCount: bits, using: &generator)
        return Bool.random(using: &generator) ? magnitude : -magnitude
    }

    func encrypt(_ plaintext: BigInteger, _ generator: inout SeededGenerator) throws -> Ciphertext {
        try encryptor.encrypt(plaintext, using: &generator)
    }
}

extension PaillierError {
    /// Whether `body` throws this error; `false` where it throws another or none.
    func isThrown(by body: () throws -> Void) -> Bool {
        do {
            try body()
            return false
        } catch {
            return error as? PaillierError == self
        }
    }
}
