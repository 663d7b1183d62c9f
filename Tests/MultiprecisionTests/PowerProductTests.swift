import Multiprecision
import TestSupport
import Testing

@Suite("Products of powers with short exponents")
struct PowerProductTests {
    @Test("They equal the powers multiplied one by one, up to exponents of 64 bits with the top bit set")
    func againstSinglePowers() throws {
        var generator = SeededGenerator(seed: 64)
        let n = BigInteger.random(bitCount: 510, using: &generator) * 2 + (BigInteger.one << 511) + 1
        let ring = try MontgomeryModulus(modulus: n * n)
        for lanes in [nil, LaneRing(modulus: n, isSquare: true)] {
            for count in [1, 2, 7, 8, 9, 40] {
                let product = PowerProduct(ring: ring, lanes: lanes, exponentBitCount: 64, expectedCount: count)
                var expected = BigInteger.one
                for index in 0..<count {
                    let base = BigInteger.random(below: n * n, using: &generator)
                    let exponent = index == 0 ? UInt64.max : generator.next() | 1 << 63
                    let row = ring.makeElement(base)
                    withExtendedLifetime(row) { product.multiply(by: row.limbs, exponent: exponent) }
                    let power = base.power(BigInteger(exponent), modulo: n * n, variableTime: true)
                    expected = (expected * power).modulo(n * n)
                }
                #expect(product.value() == expected)
            }
        }
    }
}
