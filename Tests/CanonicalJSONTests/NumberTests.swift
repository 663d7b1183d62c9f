import CanonicalJSON
import Foundation
import TestSupport
import Testing

@Suite("Numbers are written as ECMAScript writes them")
struct NumberTests {
    /// RFC 8785, appendix B: the bits of an IEEE 754 double, and its JSON.
    static let appendixB: [(bits: UInt64, text: String)] = [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
    ]

    @Test("Appendix B of RFC 8785", arguments: appendixB)
    func writesAppendixB(bits: UInt64, text: String) throws {
        let written = try CanonicalJSON.serialize(.number(Double(bitPattern: bits)))
        #expect(String(decoding: written, as: UTF8.self) == text)
        #expect(try CanonicalJSON.encode([Double(bitPattern: bits)]) == Data("[\(text)]".utf8))
    }

    @Test("Infinities and NaN have no JSON", arguments: [0x7fff_ffff_ffff_ffff, 0x7ff0_0000_0000_0000] as [UInt64])
    func refusesWhatIsNotFinite(bits: UInt64) {
        let number = Double(bitPattern: bits)
        #expect(throws: CanonicalJSONError.notFinite(path: "$")) { try CanonicalJSON.serialize(.number(number)) }
        #expect(throws: CanonicalJSONError.notFinite(path: "$.x[1]")) { try CanonicalJSON.encode(["x": [0, number]]) }
    }

    @Test("Any finite double comes back bit for bit")
    func roundTrips() throws {
        var generator = SeededGenerator(seed: 8785)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: generator.next())
            guard number.isFinite, number != 0 else { continue }
            let written = try CanonicalJSON.encode(number)
            #expect(
                try CanonicalJSON.decode(Double.self, from: written).bitPattern == number.bitPattern, "\(generator)")
        }
    }

    @Test(
        "Other spellings of a number are read, and are not canonical",
        arguments: ["-0", "1.0", "1e0", "1E+2", "0.10", "10e-1", "9007199254740993"])
    func refusesOtherSpellings(text: String) throws {
        _ = try CanonicalJSON.parse(Data(text.utf8))
        #expect(throws: CanonicalJSONError.self) { try CanonicalJSON.decode(Double.self, from: Data(text.utf8)) }
    }

    @Test("Integers go up to 2^53 - 1")
    func limitsIntegers() throws {
        let largest = JSONValue.largestInteger
        #expect(
            try CanonicalJSON.decode([Int64].self, from: CanonicalJSON.encode([largest, -largest])) == [
                largest, -largest,
            ])
        #expect(throws: CanonicalJSONError.integerOutOfRange(path: "$[0]")) { try CanonicalJSON.encode([largest + 1]) }
        #expect(throws: CanonicalJSONError.integerOutOfRange(path: "$[0]")) { try CanonicalJSON.encode([UInt64.max]) }
        #expect(throws: CanonicalJSONError.integerOutOfRange(path: "$")) {
            try CanonicalJSON.serialize(.integer(.min))
        }
        #expect(throws: CanonicalJSONError.self) {
            try CanonicalJSON.decode(Int64.self, from: Data("9007199254740992".utf8))
        }
        #expect(throws: CanonicalJSONError.self) { try CanonicalJSON.decode(Int.self, from: Data("1.5".utf8)) }
        #expect(throws: CanonicalJSONError.self) { try CanonicalJSON.decode(UInt8.self, from: Data("256".utf8)) }
    }
}
