import Multiprecision
import TestSupport
import Testing

/// Both kernels where the processor has them, each against GMP.
@Suite("Eight numbers at once")
struct LaneRingTests {
    /// Around the kernel's blocks of 8 digits of 28 bits, and the lengths that are used.
    private static let bitCounts = [29, 56, 107, 108, 109, 220, 224, 225, 440, 512, 1000, 1024, 1532, 1536, 2048, 3072]

    @Test("Products, squares and both ways between forms equal GMP's, modulo n and n²", arguments: LaneKernel.available)
    func products(kernel: LaneKernel) throws {
        var generator = SeededGenerator(seed: 28)
        for bitCount in Self.bitCounts {
            for (round, isSquare) in [(0, false), (1, false), (2, false), (0, true), (1, true), (2, true)] {
                let modulus = Self.modulus(bitCount: bitCount, round: round, using: &generator)
                let ring = try #require(LaneRing(modulus: modulus, isSquare: isSquare, kernel: kernel))
                try Self.check(ring, using: &generator)
            }
        }
    }

    /// The product of long chains that never leave the lanes: what is not reduced must not pile up.
    @Test("Numbers stay in range over long chains", arguments: LaneKernel.available)
    func chains(kernel: LaneKernel) throws {
        var generator = SeededGenerator(seed: 29)
        // All ones: sums of columns are as large as they get.
        for bitCount in [1024, 1540, 3080, 4092] {
            let modulus = (BigInteger.one << bitCount) - 1
            for isSquare in [false, true] {
                let ring = try #require(LaneRing(modulus: modulus, isSquare: isSquare, kernel: kernel))
                let (workspace, x, y) = (ring.makeWorkspace(), ring.makeNumber(), ring.makeNumber())
                var values = Self.edges(of: ring.order, using: &generator)
                ring.enter(values, into: x, workspace: workspace)
                for step in 0..<50 {
                    if step.isMultiple(of: 3) {
                        ring.square(x, into: x, workspace: workspace)
                        values = values.map { ($0 * $0).modulo(ring.order) }
                    } else {
                        y.set(x)
                        ring.multiply(x, y, into: x, workspace: workspace)
                        ring.multiply(x, y, into: x, workspace: workspace)
                        values = values.map { ($0 * $0 * $0).modulo(ring.order) }
                    }
                    #expect(ring.values(x, workspace: workspace) == values)
                }
            }
        }
    }

    @Test("A secret power and powers with an exponent a lane equal GMP's", arguments: LaneKernel.available)
    func powers(kernel: LaneKernel) throws {
        var generator = SeededGenerator(seed: 30)
        for (bitCount, isSquare) in [(110, true), (256, false), (512, true), (1024, false)] {
            let modulus = Self.modulus(bitCount: bitCount, round: 0, using: &generator)
            let ring = try #require(LaneRing(modulus: modulus, isSquare: isSquare, kernel: kernel))
            let (workspace, x, z) = (ring.makeWorkspace(), ring.makeNumber(), ring.makeNumber())
            let values = Self.edges(of: ring.order, using: &generator)
            ring.enter(values, into: x, workspace: workspace)
            for exponent in [0, 1, 15, 16, (BigInteger.one << 130) - 1, .random(bitCount: 130, using: &generator)] {
                ring.secretPower(x, exponent, bitCount: 130, into: z, workspace: workspace)
                let expected = values.map { $0.power(exponent, modulo: ring.order, variableTime: true) }
                #expect(ring.values(z, workspace: workspace) == expected)
            }
            for bits in [0, 1, 3, 8, 20, 32, 64] {
                let mask = bits == 64 ? UInt64.max : (1 << UInt64(bits)) - 1
                var exponents = (0..<8).map { _ in generator.next() & mask }
                (exponents[0], exponents[1]) = (mask, 0)
                ring.power(x, publicExponents: exponents, into: z, workspace: workspace)
                let expected = zip(values, exponents).map {
                    $0.power(BigInteger($1), modulo: ring.order, variableTime: true)
                }
                #expect(ring.values(z, workspace: workspace) == expected)
            }
        }
    }

    @Test("A table gives one power in all lanes, and eight in one each", arguments: LaneKernel.available, 1...9)
    func tables(kernel: LaneKernel, windowBitCount: Int) throws {
        var generator = SeededGenerator(seed: UInt64(windowBitCount))
        let modulus = Self.modulus(bitCount: 320, round: 0, using: &generator)
        let ring = try #require(LaneRing(modulus: modulus, isSquare: true, kernel: kernel))
        let base = BigInteger.random(below: ring.order, using: &generator)
        let (workspace, result) = (ring.makeWorkspace(), ring.makeNumber())
        for exponentBitCount in [1, 9, 64, 65, 200] {
            let shape = FixedBaseTable.Shape(exponentBitCount: exponentBitCount, windowBitCount: windowBitCount)
            let table = LanePowerTable(base: base, ring: ring, shape: shape)
            let largest = (BigInteger.one << exponentBitCount) - 1
            let exponents = [0, 1, largest] + (0..<5).map { _ in .random(below: largest, using: &generator) }
            let limbs = exponents.map { exponent in
                let element = MontgomeryModulus.Element(limbCount: (exponentBitCount + 63) / 64 + 1)
                element.set(exponent)
                return element
            }
            let expected = exponents.map { base.power($0, modulo: ring.order, variableTime: true) }
            for count in [1, 2, 7, 8] {
                table.powers(Array(limbs[..<count]), into: result, workspace: workspace)
                #expect(ring.values(result, count: count, workspace: workspace) == Array(expected[..<count]))
            }
            for (element, value) in zip(limbs, expected) {
                table.power(element, into: result, workspace: workspace)
                #expect(ring.values(result, workspace: workspace) == [BigInteger](repeating: value, count: 8))
            }
        }
    }

    @Test("Even moduli and those that are too long have no ring")
    func refusals() {
        #expect(LaneRing(modulus: 10, isSquare: false) == nil)
        #expect(LaneRing(modulus: 1, isSquare: false) == nil)
        #expect(LaneRing(modulus: (BigInteger.one << 24) - 3, isSquare: false) == nil)
        #expect(LaneRing(modulus: 15, isSquare: false, kernel: nil) == nil)
        #expect(LaneRing(modulus: (BigInteger.one << 7000) - 1, isSquare: true) == nil)
    }

    private static func check(_ ring: LaneRing, using generator: inout SeededGenerator) throws {
        let (workspace, x, y, z) = (ring.makeWorkspace(), ring.makeNumber(), ring.makeNumber(), ring.makeNumber())
        let lefts = edges(of: ring.order, using: &generator)
        let rights = Array(edges(of: ring.order, using: &generator).reversed())
        ring.enter(lefts, into: x, workspace: workspace)
        ring.enter(rights, into: y, workspace: workspace)
        #expect(ring.values(x, workspace: workspace) == lefts)
        ring.multiply(x, y, into: z, workspace: workspace)
        let products = zip(lefts, rights).map { ($0 * $1).modulo(ring.order) }
        #expect(ring.values(z, workspace: workspace) == products, "\(ring.modulus.bitWidth) bits, \(ring.isSquare)")
        ring.square(y, into: y, workspace: workspace)
        #expect(ring.values(y, workspace: workspace) == rights.map { ($0 * $0).modulo(ring.order) })
        ring.multiply(x, x, into: x, workspace: workspace)
        #expect(ring.values(x, workspace: workspace) == lefts.map { ($0 * $0).modulo(ring.order) })
        ring.multiplyLanes(z, workspace: workspace)
        let whole = products.reduce(1) { ($0 * $1).modulo(ring.order) }
        #expect(ring.values(z, workspace: workspace) == [BigInteger](repeating: whole, count: 8))
    }

    /// Eight residues, the least and greatest among them.
    private static func edges(of order: BigInteger, using generator: inout SeededGenerator) -> [BigInteger] {
        [0, 1, order - 1, order >> 1, order - 2] + (0..<3).map { _ in .random(below: order, using: &generator) }
    }

    private static func modulus(
        bitCount: Int, round: Int, using generator: inout SeededGenerator
    ) -> BigInteger {
        switch round {
        case 0: (BigInteger.one << bitCount) - 1
        case 1: (BigInteger.one << (bitCount - 1)) + 1
        default:
            (BigInteger.random(bitCount: bitCount - 2, using: &generator) + (BigInteger.one << (bitCount - 2))) * 2 + 1
        }
    }
}
