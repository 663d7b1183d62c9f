import Multiprecision
import TestSupport
import Testing

@Suite("Fixed-base tables")
struct FixedBaseTableTests {
    @Test("Every window gives the same powers as GMP", arguments: 1...11)
    func powers(windowBitCount: Int) throws {
        var generator = SeededGenerator(seed: UInt64(windowBitCount))
        let modulus = BigInteger.random(bitCount: 320, using: &generator) * 2 + 1
        let ring = try MontgomeryModulus(modulus: modulus)
        let base = BigInteger.random(below: modulus, using: &generator)
        for exponentBitCount in [1, 63, 64, 65, 128, 200] {
            let shape = FixedBaseTable.Shape(exponentBitCount: exponentBitCount, windowBitCount: windowBitCount)
            let table = FixedBaseTable(base: base, modulus: ring, shape: shape)
            let largest = (BigInteger.one << exponentBitCount) - 1
            for exponent in [0, 1, largest, BigInteger.random(below: largest, using: &generator)] {
                let limbs = MontgomeryModulus.Element(limbCount: (exponentBitCount + 63) / 64 + 1)
                limbs.set(exponent)
                let (result, workspace) = (ring.makeElement(), ring.makeWorkspace())
                table.power(limbs, into: result, workspace: workspace)
                #expect(
                    ring.leave(result, workspace: workspace)
                        == base.power(exponent, modulo: modulus, variableTime: true))
            }
        }
    }

    @Test("The window grows with the expected count and keeps to the memory limit")
    func shapes() throws {
        func shape(_ count: Int, _ limit: Int) -> FixedBaseTable.Shape? {
            .best(exponentBitCount: 1536, entryByteCount: 96 * 8, expectedCount: count, memoryLimit: limit)
        }
        #expect(shape(1, 80 << 20) == nil)
        let few = try #require(shape(50, 80 << 20))
        let many = try #require(shape(100_000, 80 << 20))
        #expect(few.windowBitCount < many.windowBitCount)
        #expect(many.windowBitCount == 9)
        #expect(many.entryCount * 96 * 8 <= 80 << 20)
        let tight = try #require(shape(100_000, 3 << 20))
        #expect(tight.entryCount * 96 * 8 <= 3 << 20)
        #expect(shape(100_000, 1000) == nil)
    }
}
