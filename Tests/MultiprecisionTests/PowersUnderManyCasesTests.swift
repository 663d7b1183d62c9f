import Multiprecision
import TestSupport
import Testing

@Suite("Powers and products modulo odd numbers, under many cases")
struct PowersUnderManyCasesTests {
    private static let bitCounts = [64, 129, 192, 512]

    /// Odd, over 1, of at most `bitCount` bits.
    private static func modulus(bitCount: Int, _ generator: inout SeededGenerator) -> BigInteger {
        BigInteger.random(bitCount: bitCount - 2, using: &generator) * 2 + 3
    }

    @Test("The constant-time power equals the other, and both obey the laws of exponents", arguments: bitCounts)
    func powers(bitCount: Int) throws {
        let law = Law("powers, \(bitCount) bits", cases: 2_500, seed: UInt64(bitCount))
        try law.holds { generator in
            let modulus = Self.modulus(bitCount: bitCount, &generator)
            let base = BigInteger.random(bitCount: bitCount + 20, using: &generator)
            let (a, b) = (
                BigInteger.random(bitCount: 100, using: &generator) + 1,
                BigInteger.random(bitCount: 70, using: &generator) + 1
            )
            func power(_ exponent: BigInteger) throws -> BigInteger {
                let result = try base.secretPower(exponent, modulo: modulus)
                guard result == base.power(exponent, modulo: modulus, variableTime: true) else { return -1 }
                return result
            }
            let product = try (power(a) * power(b)).modulo(modulus)
            let nested = try power(a).power(b, modulo: modulus, variableTime: true)
            return try power(a + b) == product && power(a * b) == nested
        }
    }

    @Test("A chain of products in Montgomery form equals the plain one", arguments: bitCounts)
    func chains(bitCount: Int) throws {
        let law = Law("Montgomery chains, \(bitCount) bits", cases: 2_500, seed: UInt64(bitCount) + 1)
        try law.holds { generator in
            let modulus = Self.modulus(bitCount: bitCount, &generator)
            let ring = try MontgomeryModulus(modulus: modulus)
            let workspace = ring.makeWorkspace()
            var plain = BigInteger.random(below: modulus, using: &generator)
            let element = ring.enter(plain, workspace: workspace)
            for _ in 0..<6 {
                if Bool.random(using: &generator) {
                    let factor = BigInteger.random(below: modulus, using: &generator)
                    ring.multiply(
                        element, ring.enter(factor, workspace: workspace), into: element, workspace: workspace)
                    plain = (plain * factor).modulo(modulus)
                } else {
                    ring.square(element, into: element, workspace: workspace)
                    plain = (plain * plain).modulo(modulus)
                }
            }
            return ring.leave(element, workspace: workspace) == plain
        }
    }
}
