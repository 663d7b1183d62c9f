import Multiprecision
import Paillier
import TestSupport
import Testing

/// Openings and the ways to spoil them: 10,000 seeded random cases of each at small lengths, some hundreds at 2048 bits.
@Suite("Openings, under many cases")
struct OpeningsUnderManyCasesTests {
    private typealias Item = (ciphertext: Ciphertext, opening: Opening)

    @Test("An opening verifies, and no mutation of it does", arguments: LawCases.smallBitCounts)
    func mutations(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        try cases.law("opening and mutation").holds { generator in try mutationIsRefused(cases, &generator) }
    }

    @Test("A batch verifies, and one bad opening anywhere fails it at its place", arguments: LawCases.smallBitCounts)
    func batches(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        var generator = SeededGenerator(seed: cases.seed + 1)
        let opened = try Self.openedSums(cases, count: 64, &generator)
        try cases.law("batch with one bad opening").holds { generator in
            let count = Int.random(in: 9...16, using: &generator)
            return try badOneIsFound(Array(opened.shuffled(using: &generator).prefix(count)), cases, &generator)
        }
        try cases.law("batch of good openings").holds { generator in
            let count = Int.random(in: 0...16, using: &generator)
            try cases.publicKey.verifyBatch(Array(opened.shuffled(using: &generator).prefix(count)))
            return true
        }
    }

    @Test("Of many ciphertexts from outside, the one that shares a factor is found", arguments: LawCases.smallBitCounts)
    func ciphertexts(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        let prime = try #require(cases.factor)
        let good = try (0..<16).map { try cases.encryptor.encrypt(BigInteger($0)).value }
        cases.law("batch with one bad ciphertext").holds { generator in
            var values = good
            let place = Int.random(in: values.indices, using: &generator)
            let expected: PaillierError
            if Bool.random(using: &generator) {
                let most = cases.publicKey.modulusSquared.flooredQuotientAndRemainder(dividingBy: prime).quotient
                values[place] = prime * (BigInteger.random(below: most - 1, using: &generator) + 1)
                expected = .ciphertextSharesFactor(index: place)
            } else {
                values[place] = Bool.random(using: &generator) ? 0 : cases.publicKey.modulusSquared
                expected = .ciphertextOutOfRange(index: place)
            }
            return expected.isThrown {
                try cases.publicKey.withMemory(of: values) { bytes in
                    try Ciphertext.checkBatch(
                        littleEndianLimbs: bytes, count: values.count, under: cases.publicKey)
                }
            }
        }
    }

    @Test("Openings, mutations and batches at 2048 bits")
    func fullSize() throws {
        let cases = try LawCases.fullSize(count: 120)
        try cases.law("opening and mutation").holds { generator in try mutationIsRefused(cases, &generator) }
        var generator = SeededGenerator(seed: 1)
        let opened = try Self.openedSums(cases, count: 40, &generator)
        let law = Law("batch with one bad opening, 2048 bits", cases: 10, seed: 2)
        try law.holds { generator in try badOneIsFound(opened, cases, &generator) }
    }

    /// Sums of two, opened.
    private static func openedSums(
        _ cases: LawCases, count: Int, _ generator: inout SeededGenerator
    ) throws -> [Item] {
        try (0..<count).map { _ in
            let sum = try cases.publicKey.add(
                cases.encrypt(cases.plaintext(&generator), &generator),
                cases.encrypt(cases.plaintext(&generator), &generator))
            return (sum, try cases.key.open(sum))
        }
    }

    private func mutationIsRefused(_ cases: LawCases, _ generator: inout SeededGenerator) throws -> Bool {
        let (a, b) = (cases.plaintext(&generator), cases.plaintext(&generator))
        let sum = try cases.publicKey.add(cases.encrypt(a, &generator), cases.encrypt(b, &generator))
        let good = try cases.key.open(sum)
        guard good.plaintext == (a + b).modulo(cases.n) else { return false }
        try cases.publicKey.verify(good, of: sum)
        let (bad, expected) = mutation(of: good, cases, &generator)
        return expected.isThrown {
            try cases.publicKey.verify(bad, of: sum)
        }
    }

    private func badOneIsFound(
        _ items: [Item], _ cases: LawCases, _ generator: inout SeededGenerator
    ) throws -> Bool {
        var items = items
        let place = Int.random(in: items.indices, using: &generator)
        let opening = items[place].opening
        // A plaintext: that is what a batch vouches for.
        let shift = BigInteger.random(below: cases.n - 1, using: &generator) + 1
        items[place].opening = Opening(
            plaintext: (opening.plaintext + shift).modulo(cases.n), randomness: opening.randomness)
        return PaillierError.openingDoesNotMatch(index: place).isThrown {
            try cases.publicKey.verifyBatch(items)
        }
    }

    private func mutation(
        of good: Opening, _ cases: LawCases, _ generator: inout SeededGenerator
    ) -> (Opening, PaillierError) {
        let (m, r, n) = (good.plaintext, good.randomness, cases.n)
        let shift = BigInteger.random(below: n - 1, using: &generator) + 1
        func opening(_ m: BigInteger, _ r: BigInteger) -> Opening { Opening(plaintext: m, randomness: r) }
        let (mismatch, outside) = (
            PaillierError.openingDoesNotMatch(index: 0), PaillierError.openingOutOfRange(index: 0)
        )
        switch Int.random(in: 0..<9, using: &generator) {
        case 0: return (opening((m + shift).modulo(n), r), mismatch)
        case 1: return (opening((m + 1).modulo(n), r), mismatch)
        case 2: return (opening(m, n - r), mismatch)
        case 3: return (opening(m + n, r), outside)
        case 4: return (opening(m - n, r), outside)
        case 5: return (opening(m, r + n), outside)
        case 6: return (opening(m, r - n), outside)
        case 7: return (opening(m, cases.factor ?? 0), outside)
        default:
            // r times a number other than 1; where that number shares a factor with n, the range check speaks first.
            let other = (r * (shift + 1)).modulo(n)
            if shift + 1 == n { return (opening(m, 0), outside) }
            return (opening(m, other), other.greatestCommonDivisor(with: n) == 1 ? mismatch : outside)
        }
    }
}

extension LawCases {
    /// p.
    var factor: BigInteger? {
        key.withSerialized { bytes in
            BigInteger(littleEndianLimbs: UnsafeRawBufferPointer(rebasing: bytes[8..<(8 + (bytes.count - 8) / 2)]))
        }
    }
}
