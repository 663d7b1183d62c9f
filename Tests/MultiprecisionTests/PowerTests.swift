import Multiprecision
import TestSupport
import Testing

@Suite("Powers modulo a number")
struct PowerTests {
    @Test("Both powers equal Python's", arguments: PowerVectors.all)
    func vectors(row: [String]) throws {
        let numbers = try row.map { try #require(BigInteger($0)) }
        let (base, exponent, modulus, expected) = (numbers[0], numbers[1], numbers[2], numbers[3])
        #expect(base.power(exponent, modulo: modulus, variableTime: true) == expected)
        #expect(try base.secretPower(exponent, modulo: modulus) == expected)
    }

    @Test("The constant-time power equals the other, for bases of any size and sign", arguments: [UInt64(51)])
    func agreement(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for bitCount in [2, 63, 64, 65, 500] {
            for _ in 0..<50 {
                let modulus = BigInteger.random(bitCount: bitCount, using: &generator) * 2 + 3
                let exponent = BigInteger.random(bitCount: 2 * bitCount, using: &generator) + 1
                let base = BigInteger.random(bitCount: 3 * bitCount, using: &generator)
                for signed in [base, -base] {
                    let power = signed.power(exponent, modulo: modulus, variableTime: true)
                    #expect(try signed.secretPower(exponent, modulo: modulus) == power, "seed \(seed)")
                }
            }
        }
    }

    @Test("What would end the process in GMP is an error instead")
    func refusals() {
        for modulus in [BigInteger(0), 1, 2, 100, -7] {
            #expect(throws: MultiprecisionError.evenModulus) {
                try BigInteger(3).secretPower(5, modulo: modulus)
            }
            #expect(throws: MultiprecisionError.evenModulus) { try MontgomeryModulus(modulus: modulus) }
        }
        for exponent in [BigInteger(0), -1] {
            #expect(throws: MultiprecisionError.exponentNotPositive) {
                try BigInteger(3).secretPower(exponent, modulo: 7)
            }
        }
    }
}
