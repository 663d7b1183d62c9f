import Multiprecision
import Paillier
import TestSupport
import Testing

/// Each law under 10,000 seeded random cases at small lengths, and chains of all of them at 2048 bits.
@Suite("Computing on ciphertexts, under many cases")
struct HomomorphismUnderManyCasesTests {
    @Test("A sum decrypts to the sum", arguments: LawCases.smallBitCounts)
    func addition(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        try cases.law("add").holds { generator in
            let (a, b) = (cases.plaintext(&generator), cases.plaintext(&generator))
            let sum = try cases.publicKey.add(cases.encrypt(a, &generator), cases.encrypt(b, &generator))
            return try cases.key.decrypt(sum) == (a + b).modulo(cases.n)
        }
    }

    @Test("A known number is added, whatever its sign and length", arguments: LawCases.smallBitCounts)
    func plainAddition(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        try cases.law("add plain").holds { generator in
            let (a, plain) = (cases.plaintext(&generator), cases.integer(bitCount: 2 * bitCount, &generator))
            let sum = try cases.publicKey.add(cases.encrypt(a, &generator), plain: plain)
            return try cases.key.decrypt(sum) == (a + plain).modulo(cases.n)
        }
    }

    @Test("A product with a signed number decrypts to the product", arguments: LawCases.smallBitCounts)
    func multiplication(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        try cases.law("multiply").holds { generator in
            let (a, plain) = (cases.plaintext(&generator), cases.integer(bitCount: 2 * bitCount, &generator))
            let product = try cases.publicKey.multiply(cases.encrypt(a, &generator), by: plain)
            return try cases.key.decrypt(product) == (a * plain).modulo(cases.n)
        }
    }

    @Test("A negation decrypts to the negative, and cancels", arguments: LawCases.smallBitCounts)
    func negation(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        try cases.law("negate").holds { generator in
            let a = cases.plaintext(&generator)
            let ciphertext = try cases.encrypt(a, &generator)
            let negative = try cases.publicKey.negate(ciphertext)
            return try cases.key.decrypt(negative) == (-a).modulo(cases.n)
                && cases.publicKey.add(ciphertext, negative).value == 1
        }
    }

    @Test("Rerandomising changes the ciphertext, not the plaintext", arguments: LawCases.smallBitCounts)
    func rerandomisation(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        try cases.law("rerandomise").holds { generator in
            let a = cases.plaintext(&generator)
            let ciphertext = try cases.encrypt(a, &generator)
            let again = try cases.publicKey.rerandomize(ciphertext, using: cases.encryptor)
            return try again != ciphertext && cases.key.decrypt(again) == a
        }
    }

    @Test("A weighted sum decrypts to the weighted sum", arguments: LawCases.smallBitCounts)
    func weightedSums(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        try cases.law("weighted sum").holds { generator in try weightedSumHolds(cases, &generator) }
    }

    @Test("A batch encrypts, multiplies and decrypts like its items one by one", arguments: LawCases.smallBitCounts)
    func batches(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        try cases.law("batch").holds { generator in try batchHolds(cases, &generator) }
    }

    @Test("Chains of all operations, weighted sums and batches, at 2048 bits")
    func fullSize() throws {
        let cases = try LawCases.fullSize(count: 300)
        try cases.law("chain of operations").holds { generator in try chainHolds(cases, &generator) }
        try cases.law("weighted sum").holds { generator in try weightedSumHolds(cases, &generator) }
        try Law("batch, 2048 bits", cases: 60, seed: 3).holds { generator in try batchHolds(cases, &generator) }
    }

    @Test("Chains of all operations", arguments: LawCases.smallBitCounts)
    func chains(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        try cases.law("chain of operations").holds { generator in try chainHolds(cases, &generator) }
    }

    /// One to twelve rows with weights of up to 63 bits and either sign, 0 and 1 among them; half of the cases add the
    /// ciphertexts alone besides.
    private func weightedSumHolds(_ cases: LawCases, _ generator: inout SeededGenerator) throws -> Bool {
        let weightBits = UInt64.random(in: 1...63, using: &generator)
        let count = Int.random(in: 1...12, using: &generator)
        let weighted = WeightedSum(
            key: cases.publicKey, weightBitCount: Int(weightBits),
            expectedCount: Int.random(in: 1...100, using: &generator))
        var plain = CiphertextAccumulator(key: cases.publicKey)
        var (expected, total) = (BigInteger.zero, BigInteger.zero)
        for _ in 0..<count {
            let plaintext = cases.plaintext(&generator)
            let magnitude = Int64((generator.next() as UInt64) >> (64 - weightBits))
            let weight = Bool.random(using: &generator) ? magnitude : -magnitude
            let ciphertext = try cases.encrypt(plaintext, &generator)
            try weighted.add(ciphertext, weight: weight)
            try plain.add(ciphertext)
            expected += BigInteger(Int(weight)) * plaintext
            total += plaintext
        }
        return try cases.key.decrypt(weighted.value()) == expected.modulo(cases.n)
            && cases.key.decrypt(plain.value()) == total.modulo(cases.n)
    }

    /// One to eleven ciphertexts encrypted, multiplied and decrypted together.
    private func batchHolds(_ cases: LawCases, _ generator: inout SeededGenerator) throws -> Bool {
        let count = Int.random(in: 1...11, using: &generator)
        let plaintexts = (0..<count).map { _ in cases.plaintext(&generator) }
        let factors = plaintexts.map { _ in
            (generator.next() as UInt64) >> UInt64.random(in: 0...64, using: &generator)
        }
        let ciphertexts = try cases.encryptor.encrypt(plaintexts, using: &generator)
        let products = try cases.publicKey.multiply(ciphertexts, by: factors)
        let expected = zip(plaintexts, factors).map { ($0 * BigInteger($1)).modulo(cases.n) }
        return try cases.key.decrypt(ciphertexts) == plaintexts && cases.key.decrypt(products) == expected
    }

    /// Eight random operations, each done on the ciphertext and on the plaintext.
    private func chainHolds(_ cases: LawCases, _ generator: inout SeededGenerator) throws -> Bool {
        let publicKey = cases.publicKey
        var plain = cases.plaintext(&generator)
        var sealed = try cases.encrypt(plain, &generator)
        for _ in 0..<8 {
            switch Int.random(in: 0..<5, using: &generator) {
            case 0:
                let other = cases.plaintext(&generator)
                (plain, sealed) = (plain + other, try publicKey.add(sealed, cases.encrypt(other, &generator)))
            case 1:
                let other = cases.integer(bitCount: cases.bitCount, &generator)
                (plain, sealed) = (plain + other, try publicKey.add(sealed, plain: other))
            case 2:
                let factor = cases.integer(bitCount: 40, &generator)
                (plain, sealed) = (plain * factor, try publicKey.multiply(sealed, by: factor))
            case 3:
                (plain, sealed) = (-plain, try publicKey.negate(sealed))
            default:
                sealed = try publicKey.rerandomize(sealed, using: cases.encryptor)
            }
            plain = plain.modulo(cases.n)
        }
        return try cases.key.decrypt(sealed) == plain
    }
}
