import Multiprecision
import Paillier
import TestSupport
import Testing

/// What the vector unit computes is what GMP computes, byte for byte: a department with an older processor gets the
/// same results.
@Suite("Every kernel gives the same")
struct KernelTests {
    /// GMP alone, and all that this processor has.
    private static let kernels: [LaneKernel?] = [nil] + LaneKernel.available

    @Test("Sums of 0 to 40 ciphertexts, merged and copied, are the plain product", arguments: kernels)
    func sums(kernel: LaneKernel?) throws {
        var generator = SeededGenerator(seed: 40)
        for bitCount in [64, 190, 2048] {
            let key = try Self.key(bitCount).publicKey.running(on: kernel)
            let values = (0..<40).map { _ in Self.residue(key, using: &generator) }
            for count in [0, 1, 7, 8, 9, 16, 31, 40] {
                let expected = values[..<count].reduce(1) { ($0 * $1).modulo(key.modulusSquared) }
                let cut = Int.random(in: 0...count, using: &generator)
                var (left, right) = (CiphertextAccumulator(key: key), CiphertextAccumulator(key: key))
                for value in values[..<cut] { try left.add(Ciphertext(checking: value, under: key)) }
                for value in values[cut..<count] { try right.add(Ciphertext(checking: value, under: key)) }
                let copy = left
                try left.merge(right)
                #expect(left.value().value == expected, "\(bitCount) bits, \(count) in two parts at \(cut)")
                #expect(left.count == count && copy.count == cut)
            }
        }
    }

    @Test("Weighted sums with weights of every length and sign are the product of the powers", arguments: kernels)
    func weightedSums(kernel: LaneKernel?) throws {
        var generator = SeededGenerator(seed: 41)
        for (bitCount, weightBits, count) in [(64, 1, 20), (190, 7, 33), (190, 63, 9), (512, 32, 300), (2048, 16, 20)] {
            let key = try Self.key(bitCount).publicKey.running(on: kernel)
            let sum = WeightedSum(key: key, weightBitCount: weightBits, expectedCount: count)
            var expected = BigInteger.one
            let largest = Int64(UInt64.max >> UInt64(64 - weightBits))
            for index in 0..<count {
                let value = Self.residue(key, using: &generator)
                let weight = index == 0 ? largest : Int64.random(in: -largest...largest, using: &generator)
                try sum.add(Ciphertext(checking: value, under: key), weight: weight)
                let base = try #require(weight < 0 ? value.inverse(modulo: key.modulusSquared) : value)
                let power = base.power(BigInteger(weight.magnitude), modulo: key.modulusSquared, variableTime: true)
                expected = (expected * power).modulo(key.modulusSquared)
            }
            #expect(sum.value().value == expected, "\(bitCount) bits, weights of \(weightBits)")
        }
        let empty = WeightedSum(
            key: try Self.key(190).publicKey.running(on: kernel), weightBitCount: 8, expectedCount: 0)
        #expect(empty.value().value == 1)
    }

    @Test("Batches decrypt, open and multiply to what one by one gives", arguments: kernels)
    func batches(kernel: LaneKernel?) throws {
        var generator = SeededGenerator(seed: 42)
        for bitCount in [64, 190, 2048] {
            let plain = try Self.key(bitCount)
            let key = try plain.running(on: kernel)
            let encryptor = try Encryptor(key: key.publicKey, expectedCount: 1_000)
            for count in [1, 2, 3, 8, 11] {
                let plaintexts = (0..<count).map { index in
                    index == 0
                        ? plain.publicKey.modulus - 1 : .random(below: plain.publicKey.modulus, using: &generator)
                }
                let ciphertexts = try encryptor.encrypt(plaintexts)
                #expect(try ciphertexts.map { try plain.decrypt($0) } == plaintexts, "one by one, on GMP")
                #expect(try key.decrypt(ciphertexts) == plaintexts)
                let openings = try key.open(ciphertexts)
                #expect(try openings == ciphertexts.map { try plain.open($0) })
                let factors = (0..<count).map { _ in generator.next() >> UInt64.random(in: 0...63, using: &generator) }
                let products = try key.publicKey.multiply(ciphertexts, by: factors)
                let expected = try zip(ciphertexts, factors).map {
                    try plain.publicKey.multiply($0, by: BigInteger($1)).value
                }
                #expect(products.map(\.value) == expected)
            }
        }
    }

    @Test("A batch of openings is judged alike, good and with one bad among them", arguments: kernels)
    func openings(kernel: LaneKernel?) throws {
        var generator = SeededGenerator(seed: 43)
        let key = try Self.key(512).running(on: kernel)
        let encryptor = try Encryptor(key: key.publicKey, expectedCount: 100)
        let ciphertexts = try encryptor.encrypt((0..<20).map { BigInteger($0) })
        let openings = try key.open(ciphertexts)
        try key.publicKey.verifyBatch(Array(zip(ciphertexts, openings)))
        for index in 0..<20 {
            var altered = openings
            let wrong = (openings[index].plaintext + 1 + .random(bitCount: 64, using: &generator))
            altered[index] = Opening(plaintext: wrong, randomness: openings[index].randomness)
            #expect(throws: PaillierError.openingDoesNotMatch(index: index)) {
                try key.publicKey.verifyBatch(Array(zip(ciphertexts, altered)))
            }
        }
    }

    private static func key(_ bitCount: Int) throws -> PrivateKey {
        bitCount == 2048 ? TestKeys.of2048 : try SmallKeys.key(bitCount: bitCount, seed: UInt64(bitCount))
    }

    private static func residue(_ key: PublicKey, using generator: inout SeededGenerator) -> BigInteger {
        while true {
            let value = BigInteger.random(below: key.modulusSquared, using: &generator)
            if value.greatestCommonDivisor(with: key.modulus) == 1 { return value }
        }
    }
}
