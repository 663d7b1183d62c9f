import Multiprecision
import QueryPlans
import TestSupport
import Testing

@Suite("An exact rational")
struct ExactRationalTests {
    @Test(
        "rounds a half to the even neighbour",
        arguments: [
            (1, 8, 2, "0.12"), (3, 8, 2, "0.38"), (-1, 8, 2, "-0.12"), (-3, 8, 2, "-0.38"),
            (1, 3, 12, "0.333333333333"),
            (2, 3, 12, "0.666666666667"), (1, 2, 0, "0"), (3, 2, 0, "2"), (5, 2, 0, "2"), (-1, 2, 0, "0"),
            (-1, 1_000, 2, "0.00"), (7, -2, 1, "-3.5"), (0, 5, 3, "0.000"), (123, 1, 0, "123"),
            (-999_999, 1_000, 2, "-1000.00"),
        ])
    func rounding(_ numerator: Int, _ denominator: Int, _ digits: Int, _ text: String) {
        #expect(ExactRational(BigInteger(numerator), over: BigInteger(denominator)).decimal(digits: digits) == text)
    }

    @Test("is never further from the number than half a unit of its last digit")
    func nearest() throws {
        var random = SeededGenerator(seed: 0x5EED_0001)
        for _ in 0..<500 {
            let numerator = Int.random(in: -1_000_000_000...1_000_000_000, using: &random)
            let denominator = Int.random(in: 1...100_000, using: &random)
            let text = ExactRational(BigInteger(numerator), over: BigInteger(denominator)).decimal(digits: 4)
            // |text · 10⁴ · d − n · 10⁴| ≤ d / 2
            let scaled = try #require(Int(text.filter { $0 != "." }))
            let distance = abs(scaled * denominator - numerator * 10_000)
            #expect(2 * distance <= denominator, "\(numerator)/\(denominator) = \(text)")
            if 2 * distance == denominator { #expect(scaled.isMultiple(of: 2)) }
        }
    }
}
