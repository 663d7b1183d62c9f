import Multiprecision
import TestSupport
import Testing

@Suite("Products in Montgomery form")
struct MontgomeryTests {
    /// Short ones use the limb-wise reduction, those from 16 limbs on GMP's block reduction.
    private static let limbCounts = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 48, 64, 96, 97, 128]

    @Test("Products, squares and reductions equal plain arithmetic", arguments: limbCounts)
    func products(limbCount: Int) throws {
        var generator = SeededGenerator(seed: UInt64(limbCount))
        for round in 0..<20 {
            let modulus = Self.modulus(limbCount: limbCount, round: round, using: &generator)
            let ring = try MontgomeryModulus(modulus: modulus)
            #expect(ring.limbCount == limbCount)
            let radix = BigInteger.one << (64 * limbCount)
            let inverse = try #require(radix.inverse(modulo: modulus))
            let workspace = ring.makeWorkspace()
            let random = BigInteger.random(below: modulus, using: &generator)
            for left in [random, modulus - 1, 0, 1] {
                // The other operand may be anything that fits the limbs.
                for right in [BigInteger.random(below: radix, using: &generator), radix - 1, modulus - 1] {
                    let (a, b, result) = (ring.makeElement(left), ring.makeElement(right), ring.makeElement())
                    ring.multiply(a, b, into: result, workspace: workspace)
                    #expect(result.value == (left * right * inverse).modulo(modulus))
                    ring.multiply(a, b, into: a, workspace: workspace)
                    #expect(a.value == result.value, "the result may be an operand")
                }
                let a = ring.makeElement(left)
                ring.square(a, into: a, workspace: workspace)
                #expect(a.value == (left * left * inverse).modulo(modulus))
                #expect(ring.leave(ring.enter(left, workspace: workspace), workspace: workspace) == left)
            }
        }
    }

    @Test("Wide numbers below m·R reduce")
    func wideReduction() throws {
        var generator = SeededGenerator(seed: 5)
        for limbCount in Self.limbCounts {
            let modulus = Self.modulus(limbCount: limbCount, round: 0, using: &generator)
            let ring = try MontgomeryModulus(modulus: modulus)
            let radix = BigInteger.one << (64 * limbCount)
            let inverse = try #require(radix.inverse(modulo: modulus))
            for value in [BigInteger.random(below: modulus * radix, using: &generator), modulus * radix - 1, 0] {
                let wide = MontgomeryModulus.Element(limbCount: 2 * limbCount)
                wide.set(value)
                let result = ring.makeElement()
                withExtendedLifetime(wide) {
                    ring.reduce(wide.limbs, count: 2 * limbCount, into: result, workspace: ring.makeWorkspace())
                }
                #expect(result.value == (value * inverse).modulo(modulus))
            }
        }
    }

    @Test("Range checks see 0, the modulus and what lies above")
    func canonical() throws {
        let ring = try MontgomeryModulus(modulus: (BigInteger.one << 130) - 5)
        #expect(!ring.isCanonicalAndNotZero(ring.makeElement(0)))
        #expect(ring.isCanonicalAndNotZero(ring.makeElement(1)))
        #expect(ring.isCanonicalAndNotZero(ring.makeElement(ring.modulus - 1)))
        #expect(!ring.isCanonicalAndNotZero(ring.makeElement(ring.modulus)))
        #expect(!ring.isCanonicalAndNotZero(ring.makeElement((BigInteger.one << 192) - 1)))
    }

    /// Random odd moduli of the full width, with the extremes among them.
    private static func modulus(
        limbCount: Int, round: Int, using generator: inout SeededGenerator
    ) -> BigInteger {
        let top = BigInteger.one << (64 * limbCount)
        switch round {
        case 0: return top - 1
        case 1: return (top >> 1) + 1
        default:
            let value = (top >> 1) + BigInteger.random(below: top >> 1, using: &generator)
            return value.isEven ? value + 1 : value
        }
    }
}
