import Foundation
import Multiprecision
import TestSupport
import Testing

@Suite("Integers of any length")
struct BigIntegerTests {
    @Test("Text in every radix reads back", arguments: [2, 8, 10, 16, 36])
    func text(radix: Int) throws {
        var generator = SeededGenerator(seed: 1)
        for bitCount in 0..<200 {
            let magnitude = BigInteger.random(bitCount: bitCount, using: &generator)
            for value in [magnitude, -magnitude] {
                #expect(BigInteger(value.text(radix: radix), radix: radix) == value)
            }
        }
    }

    @Test(
        "Text that is not exactly a number is refused",
        arguments: ["", "-", "--1", "+1", " 1", "1 ", "1_000", "0x10", "1.0", "12a", "٣", "1\u{0}2"])
    func malformedText(text: String) {
        #expect(BigInteger(text) == nil)
    }

    @Test("Machine integers are taken exactly, at both ends")
    func machineIntegers() {
        for value in [Int.min, -1, 0, 1, .max] {
            #expect(BigInteger(value).description == value.description)
            #expect(BigInteger(value).exactInt == value)
        }
        #expect(BigInteger(UInt64.max).description == UInt64.max.description)
        #expect(BigInteger(UInt64.max).exactInt == nil)
    }

    @Test("Bytes and limbs read back, with zeros around them")
    func bytes() {
        var generator = SeededGenerator(seed: 2)
        for bitCount in 0..<300 {
            let value = BigInteger.random(bitCount: bitCount, using: &generator)
            #expect(BigInteger(bigEndianBytes: value.bigEndianBytes) == value)
            #expect(BigInteger(bigEndianBytes: value.bigEndianBytes(count: 40)) == value)
            var limbs = [UInt8](repeating: 0xff, count: 48)
            limbs.withUnsafeMutableBytes { value.write(littleEndianLimbs: $0) }
            #expect(Array(value.bigEndianBytes(count: 48).reversed()) == limbs)
            #expect(limbs.withUnsafeBytes { BigInteger(littleEndianLimbs: $0) } == value)
        }
        #expect(BigInteger(0x0102).bigEndianBytes == [1, 2])
        #expect(BigInteger.zero.bigEndianBytes.isEmpty)
    }

    @Test("A copy does not see what is done to the other")
    func copyOnWrite() {
        var first = BigInteger(7)
        let second = first
        first += 1
        first *= first
        first -= 4
        #expect(first == 60)
        #expect(second == 7)
    }

    @Test("Width, sign and parity")
    func properties() {
        #expect(BigInteger.zero.bitWidth == 0)
        #expect(BigInteger(-8).bitWidth == 4)
        #expect((BigInteger.one << 3071).bitWidth == 3072)
        #expect(BigInteger(-8).signum == -1)
        #expect(BigInteger(-8).isEven)
        #expect(!BigInteger(-7).isEven)
        #expect(BigInteger(-7).magnitude == 7)
        #expect(BigInteger(5).bit(2) && !BigInteger(5).bit(1))
        #expect(BigInteger(-3) < 2 && BigInteger(3) > BigInteger(-4))
    }

    @Test("Equal values hash alike")
    func hashing() {
        let long = BigInteger.one << 200
        #expect(Set([long + 1, (long + 2) - 1, -long, BigInteger(0), -BigInteger(0)]).count == 3)
    }

    @Test("JSON holds the one decimal text and nothing else")
    func json() throws {
        let value = -(BigInteger.one << 80)
        let data = try JSONEncoder().encode([value])
        #expect(String(decoding: data, as: UTF8.self) == #"["-1208925819614629174706176"]"#)
        #expect(try JSONDecoder().decode([BigInteger].self, from: data) == [value])
        for text in [#"["007"]"#, #"["-0"]"#, #"[7]"#, #"["7 "]"#, #"[""]"#] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode([BigInteger].self, from: Data(text.utf8))
            }
        }
    }

    @Test("Doubles are approximated towards zero")
    func doubles() {
        #expect(BigInteger(-12345).approximateDouble == -12345)
        #expect((BigInteger.one << 1023).approximateDouble == 0x1p1023)
        #expect((BigInteger.one << 5000).approximateDouble == .infinity)
        #expect((-(BigInteger.one << 5000)).approximateDouble == -.infinity)
    }
}
