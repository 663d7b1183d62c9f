import Multiprecision
import TestSupport
import Testing

@Suite("Laws of arithmetic, under seeded random numbers")
struct ArithmeticLawTests {
    /// Three signed numbers of up to 400 bits.
    private static func triple(_ generator: inout SeededGenerator) -> (BigInteger, BigInteger, BigInteger) {
        func number() -> BigInteger {
            let magnitude = BigInteger.random(bitCount: Int.random(in: 0...400, using: &generator), using: &generator)
            return Bool.random(using: &generator) ? magnitude : -magnitude
        }
        return (number(), number(), number())
    }

    @Test("Ring laws hold", arguments: [UInt64(11), 12, 13])
    func ring(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<3_400 {
            let (a, b, c) = Self.triple(&generator)
            #expect(a + b == b + a && a * b == b * a, "seed \(seed)")
            #expect((a + b) + c == a + (b + c) && (a * b) * c == a * (b * c), "seed \(seed)")
            #expect(a * (b + c) == a * b + a * c, "seed \(seed)")
            #expect(a - b == a + (-b) && a - a == 0, "seed \(seed)")
        }
    }

    @Test("Both divisions give back the dividend, with remainders of their sign", arguments: [UInt64(21), 22])
    func division(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5_000 {
            let (a, b, c) = Self.triple(&generator)
            guard !b.isZero else { continue }
            let floored = a.flooredQuotientAndRemainder(dividingBy: b)
            #expect(floored.quotient * b + floored.remainder == a, "seed \(seed)")
            #expect(floored.remainder.isZero || floored.remainder.signum == b.signum, "seed \(seed)")
            let truncated = a.truncatedQuotientAndRemainder(dividingBy: b)
            #expect(truncated.quotient * b + truncated.remainder == a, "seed \(seed)")
            #expect(truncated.remainder.isZero || truncated.remainder.signum == a.signum, "seed \(seed)")
            #expect(truncated.remainder.magnitude < b.magnitude, "seed \(seed)")
            #expect((b * c).exactQuotient(dividingBy: b) == c, "seed \(seed)")
            if b.magnitude > 1 { #expect((b * c + 1).exactQuotient(dividingBy: b) == nil, "seed \(seed)") }
            let residue = a.modulo(b.magnitude)
            #expect(residue.signum >= 0 && residue < b.magnitude && (a - residue).modulo(b.magnitude) == 0)
        }
    }

    @Test("Shifts are products and floored quotients with powers of 2", arguments: [UInt64(31)])
    func shifts(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for count in 0..<200 {
            let (a, _, _) = Self.triple(&generator)
            let power = BigInteger(2).power(UInt(count))
            #expect(a << count == a * power)
            #expect(a >> count == a.flooredQuotientAndRemainder(dividingBy: power).quotient)
            #expect(a.lowBits(count) == a.modulo(power))
        }
    }

    @Test("Divisors, multiples and inverses", arguments: [UInt64(41), 42])
    func numberTheory(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5_000 {
            let (a, b, c) = Self.triple(&generator)
            let divisor = a.greatestCommonDivisor(with: b)
            #expect(divisor * a.leastCommonMultiple(with: b) == (a * b).magnitude, "seed \(seed)")
            let modulus = c.magnitude + 2
            if let inverse = a.inverse(modulo: modulus) {
                #expect((a * inverse).modulo(modulus) == 1 && inverse < modulus, "seed \(seed)")
            } else {
                #expect(a.greatestCommonDivisor(with: modulus) > 1, "seed \(seed)")
            }
            let root = (a * a + b.magnitude.modulo(2)).squareRoot
            #expect(root * root <= a * a + 1 && (root + 1) * (root + 1) > a * a, "seed \(seed)")
        }
        #expect(BigInteger.zero.greatestCommonDivisor(with: 0) == 0)
    }
}
