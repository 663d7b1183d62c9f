import CanonicalJSON
import Foundation
import TestSupport
import Testing

@Suite("Reading JSON")
struct ParserTests {
    static func canonical(_ text: String) throws -> String {
        String(decoding: try CanonicalJSON.serialize(CanonicalJSON.parse(Data(text.utf8))), as: UTF8.self)
    }

    @Test("The sample of RFC 8785, section 3.2.2")
    func sample() throws {
        let text = #"""
            {
              "numbers": [333333333.33333329, 1E30, 4.50,
                          2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """#
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try Self.canonical(text) == expected)
    }

    @Test("Member names sort by UTF-16 code units, as in RFC 8785, section 3.2.3")
    func sorting() throws {
        let text = #"""
            {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
             "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}
            """#
        let members = try #require(try CanonicalJSON.parse(Data(text.utf8)).objectValue)
        let order = [
            "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
            "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
        ]
        #expect(Set(members.values.compactMap(\.stringValue)) == Set(order))
        let places = try order.map { try #require(try Self.canonical(text).range(of: "\"\($0)\"")).lowerBound }
        #expect(places == places.sorted())
    }

    @Test("The order of names is that of their UTF-16 code units, for any names")
    func sortsLikeUTF16() throws {
        var random = SeededGenerator(seed: 16)
        for _ in 0..<2_000 {
            let (left, right) = (String.strange(using: &random), String.strange(using: &random))
            guard left != right else { continue }
            let first = left.utf16.lexicographicallyPrecedes(right.utf16) ? left : right
            let written = try CanonicalJSON.serialize(.object([left: 1, right: 1]))
            #expect(written.starts(with: try CanonicalJSON.serialize(.object([first: 1])).dropLast()), "\(random)")
        }
    }

    static let faults: [(text: String, error: CanonicalJSONError)] = [
        ("", .unexpectedEnd(offset: 0)), ("  ", .unexpectedEnd(offset: 2)), ("[1,", .unexpectedEnd(offset: 3)),
        ("[1", .unexpectedEnd(offset: 2)), ("{\"a\"", .unexpectedEnd(offset: 4)),
        ("{\"a\":", .unexpectedEnd(offset: 5)),
        ("\"abc", .unexpectedEnd(offset: 4)), ("\"a\\", .unexpectedEnd(offset: 3)),
        ("\"\\u00", .unexpectedEnd(offset: 5)),
        ("tru", .unexpectedEnd(offset: 3)), ("-", .unexpectedEnd(offset: 1)), ("1.", .unexpectedEnd(offset: 2)),
        ("1e", .unexpectedEnd(offset: 2)), ("{", .unexpectedEnd(offset: 1)),
        ("[1,]", .unexpectedByte(0x5D, offset: 3)), ("[,1]", .unexpectedByte(0x2C, offset: 1)),
        ("{\"a\":1,}", .unexpectedByte(0x7D, offset: 7)), ("{a:1}", .unexpectedByte(0x61, offset: 1)),
        ("{\"a\" 1}", .unexpectedByte(0x31, offset: 5)), ("[1 2]", .unexpectedByte(0x32, offset: 3)),
        ("nul1", .unexpectedByte(0x31, offset: 3)), ("NaN", .unexpectedByte(0x4E, offset: 0)),
        ("+1", .unexpectedByte(0x2B, offset: 0)), (".5", .unexpectedByte(0x2E, offset: 0)),
        ("\u{FEFF}1", .unexpectedByte(0xEF, offset: 0)), ("'a'", .unexpectedByte(0x27, offset: 0)),
        ("[1}", .unexpectedByte(0x7D, offset: 2)), ("/**/1", .unexpectedByte(0x2F, offset: 0)),
        ("1 2", .trailingBytes(offset: 2)), ("01", .trailingBytes(offset: 1)), ("1}", .trailingBytes(offset: 1)),
        ("-01", .trailingBytes(offset: 2)), ("1\u{0}", .trailingBytes(offset: 1)), ("0x1", .trailingBytes(offset: 1)),
        ("\"\t\"", .controlCharacter(offset: 1)), ("\"a\u{0}\"", .controlCharacter(offset: 2)),
        ("\"\\x\"", .invalidEscape(offset: 1)), ("\"\\u00g0\"", .invalidEscape(offset: 1)),
        ("\"\\U0041\"", .invalidEscape(offset: 1)),
        ("\"\\ud800\"", .loneSurrogate(offset: 1)), ("\"\\udc00\"", .loneSurrogate(offset: 1)),
        ("\"\\ud800\\ud800\"", .loneSurrogate(offset: 1)), ("\"\\ud800x\"", .loneSurrogate(offset: 1)),
        ("\"\\ud800\\u0041\"", .loneSurrogate(offset: 1)), ("\"\\udc00\\ud800\"", .loneSurrogate(offset: 1)),
        ("\"\\ud800\\n\"", .loneSurrogate(offset: 1)),
        ("1.e5", .invalidNumber(offset: 0)), ("[1e+]", .invalidNumber(offset: 1)), ("-a", .invalidNumber(offset: 0)),
        ("1e400", .numberOutOfRange(offset: 0)), ("[-1e309]", .numberOutOfRange(offset: 1)),
        ("{\"a\":1,\"b\":2,\"a\":3}", .duplicateMember(offset: 13)),
        ("{\"a\":1,\"\\u0061\":3}", .duplicateMember(offset: 7)),
        ("{\"\u{e9}\":1,\"e\u{301}\":3}", .duplicateMember(offset: 8)),
    ]

    @Test("What is no JSON is refused, and the byte named", arguments: faults)
    func refuses(text: String, error: CanonicalJSONError) {
        #expect(throws: error) { try CanonicalJSON.parse(Data(text.utf8)) }
    }

    @Test(
        "Bytes that are no UTF-8 are refused in strings",
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80], [0x80]]
            as [[UInt8]])
    func refusesBadUTF8(bytes: [UInt8]) {
        #expect(throws: CanonicalJSONError.invalidUTF8(offset: 1)) {
            try CanonicalJSON.parse(Data([0x5B, 0x22] + bytes + [0x22, 0x5D]))
        }
    }

    @Test("Nesting goes 64 deep, in reading and in writing")
    func depth() throws {
        func nested(_ depth: Int) -> Data {
            Data((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        let deepest = try CanonicalJSON.parse(nested(64))
        #expect(try CanonicalJSON.serialize(deepest) == nested(64))
        #expect(throws: CanonicalJSONError.tooDeep(limit: 64)) { try CanonicalJSON.parse(nested(65)) }
        #expect(throws: CanonicalJSONError.tooDeep(limit: 64)) { try CanonicalJSON.serialize(.array([deepest])) }
        #expect(throws: CanonicalJSONError.tooDeep(limit: 64)) { try CanonicalJSON.serialize(.object(["a": deepest])) }
        #expect(throws: CanonicalJSONError.tooDeep(limit: 64)) {
            try CanonicalJSON.parse(Data(String(repeating: "[{\"\":", count: 100_000).utf8))
        }
    }

    @Test("Sizes are limited by the caller, and numbers to 128 characters")
    func sizes() throws {
        #expect(throws: CanonicalJSONError.tooLarge(byteCount: 5, limit: 4)) {
            try CanonicalJSON.parse(Data("[1,2]".utf8), maximumByteCount: 4)
        }
        #expect(try CanonicalJSON.parse(Data("[1,2]".utf8), maximumByteCount: 5) == [1, 2])
        #expect(try CanonicalJSON.parse(Data(("1." + String(repeating: "0", count: 126)).utf8)) == 1)
        #expect(throws: CanonicalJSONError.invalidNumber(offset: 0)) {
            try CanonicalJSON.parse(Data(("1." + String(repeating: "0", count: 127)).utf8))
        }
    }

    @Test("Values come back from what they are written as")
    func roundTrips() throws {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<500 {
            let value = JSONValue.random(depth: 5, using: &random)
            let written = try CanonicalJSON.serialize(value)
            let read = try CanonicalJSON.parse(written)
            #expect(read == value, "\(random)")
            #expect(try CanonicalJSON.serialize(read) == written, "\(random)")
            #expect(try CanonicalJSON.decode(JSONValue.self, from: written) == value)
        }
    }

    @Test("Whatever bytes come, the parser ends, and what it reads it can write")
    func fuzz() throws {
        var random = SeededGenerator(seed: 99)
        let alphabet = Array(#"{}[]",:\u0dc8DtfnaEe+-.19 é"#.utf8) + [0, 0x0A, 0xFF]
        for round in 0..<20_000 {
            var bytes: [UInt8]
            if round % 2 == 0 {
                let count = Int.random(in: 0..<24, using: &random)
                bytes = (0..<count).map { _ in alphabet[Int.random(in: alphabet.indices, using: &random)] }
            } else {
                bytes = Array(try CanonicalJSON.serialize(.random(depth: 3, using: &random)))
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = alphabet[Int.random(in: alphabet.indices, using: &random)]
            }
            guard let value = try? CanonicalJSON.parse(Data(bytes)) else { continue }
            let written = try CanonicalJSON.serialize(value)
            #expect(try CanonicalJSON.parse(written) == value, "\(random), round \(round)")
        }
    }
}
