import SealedTables
import TestSupport
import Testing

@Suite("Exact decimals")
struct ExactDecimalTests {
    @Test(
        "A number keeps every digit and has one text",
        arguments: [
            ("12", "12"), ("-3.50", "-3.5"), ("+7", "7"), ("007", "7"), (".5", "0.5"), ("5.", "5"), ("-0", "0"),
            ("1e3", "1000"), ("1.5E3", "1500"), ("25e-3", "0.025"), ("0.1000000000", "0.1"), ("1e+2", "100"),
            ("99999999999999.9999999", "99999999999999.9999999"), ("0e999", "0"), ("100.00", "100"),
            ("123456789012345678901234567890123456", "123456789012345678901234567890123456"),
            ("0.000000000000000000000000000001", "0.000000000000000000000000000001"),
        ])
    func reads(text: String, normal: String) throws {
        #expect(try ExactDecimal(parsing: text.utf8).description == normal)
    }

    @Test(
        "What is not a plain number is refused with its reason",
        arguments: [
            ("", ExactDecimal.Problem.notANumber), (".", .notANumber), ("-", .notANumber), ("1,5", .notANumber),
            (" 1", .notANumber), ("1 ", .notANumber), ("1e", .notANumber), ("1e+", .notANumber), ("e5", .notANumber),
            ("1.2.3", .notANumber), ("--1", .notANumber), ("0x10", .notANumber), ("1e5.0", .notANumber),
            ("1_000", .notANumber), ("١", .notANumber), ("NaN", .notFinite), ("-Infinity", .notFinite),
            ("inf", .notFinite), ("1e400", .tooManyDigits), ("1e-400", .tooManyDigits),
            ("1e99999999999999999999", .tooManyDigits), ("1234567890123456789012345678901234567", .tooManyDigits),
            ("1.000000000000000000000000000000000001", .tooManyDigits),
        ])
    func refuses(text: String, problem: ExactDecimal.Problem) {
        #expect(throws: problem) { try ExactDecimal(parsing: text.utf8) }
    }

    @Test("Scaling gives the coefficient at that many decimals, and nothing where digits would be lost")
    func scales() throws {
        let value = try #require(ExactDecimal("-12.345"))
        #expect(value.scaled(to: 3) == -12_345)
        #expect(value.scaled(to: 7) == -123_450_000)
        #expect(value.scaled(to: 2) == nil)
        #expect(value.scaled(to: 31) == nil)
        #expect(ExactDecimal("1e35")?.scaled(to: 2) == nil)
    }

    @Test("Order and text agree with integers at a common scale")
    func ordersLikeIntegers() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let numbers = (0..<2).map { _ in Int.random(in: -10_000...10_000, using: &generator) }
            let texts = numbers.map { number in
                let digits = String(number.magnitude)
                let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
                return "\(number < 0 ? "-" : "")\(padded.dropLast(3)).\(padded.suffix(3))"
            }
            let values = try texts.map { try ExactDecimal(parsing: $0.utf8) }
            #expect((values[0] < values[1]) == (numbers[0] < numbers[1]))
            #expect(values[0].scaled(to: 3) == Int128(numbers[0]))
            #expect(ExactDecimal(values[0].description) == values[0])
        }
    }
}
