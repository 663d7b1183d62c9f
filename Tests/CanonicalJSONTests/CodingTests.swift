import CanonicalJSON
import Foundation
import Testing

@Suite("Values to canonical JSON and back")
struct CodingTests {
    struct Record: Codable, Hashable {
        enum Kind: String, Codable { case first, second }
        struct Part: Codable, Hashable {
            var flag: Bool
            var ratio: Double
        }
        var name: String
        var kind: Kind
        var count: Int
        var note: String?
        var key: Data
        var parts: [Part]
        var byName: [String: UInt16]
        var body: JSONValue
    }

    static let record = Record(
        name: "site\u{1}\"é\"", kind: .second, count: -7, note: nil, key: Data([0, 255, 62]),
        parts: [.init(flag: true, ratio: 0.5), .init(flag: false, ratio: 2)], byName: ["b": 2, "a": 1, "aa": 3],
        body: ["z": [nil, true], "y": 1])
    static let text =
        #"{"body":{"y":1,"z":[null,true]},"byName":{"a":1,"aa":3,"b":2},"count":-7,"key":"AP8+","kind":"second","#
        + #""name":"site\u0001\"é\"","parts":[{"flag":true,"ratio":0.5},{"flag":false,"ratio":2}]}"#

    @Test("A record has one text")
    func encodes() throws {
        #expect(String(decoding: try CanonicalJSON.encode(Self.record), as: UTF8.self) == Self.text)
        #expect(try CanonicalJSON.decode(Record.self, from: Data(Self.text.utf8)) == Self.record)
    }

    @Test("The tree of a value is what its text parses to")
    func buildsTrees() throws {
        #expect(try CanonicalJSON.tree(of: Self.record) == CanonicalJSON.parse(Data(Self.text.utf8)))
        #expect(try CanonicalJSON.decode(Record.self, from: CanonicalJSON.tree(of: Self.record)) == Self.record)
    }

    struct Pair: Codable {
        var a: Int
        var b: Data?
    }

    @Test(
        "Anything but the canonical text is refused",
        arguments: [
            #" {"a":1}"#, #"{"a":1} "#, #"{"a": 1}"#, "{\"a\":1}\n", #"{"a":1,"c":2}"#, #"{"a":1,"b":null}"#,
            #"{"b":"AA==","a":1}"#, #"{"a":1,"b":"AB=="}"#, #"{"a":1,"b":"AA"}"#, #"{"a":1,"b":"AA=="#,
            #"{"\u0061":1}"#, #"{"a":1.0}"#, #"{"a":1,"a":1}"#, #"{"a":1}{"a":1}"#, #"{"a":"1"}"#, "{}", "[]", "",
            #"{"a":1,"b":"A A=="}"#, #"{"a":1,"b":"_w=="}"#, #"{"a":true}"#,
        ])
    func refuses(text: String) {
        #expect(throws: CanonicalJSONError.self) { try CanonicalJSON.decode(Pair.self, from: Data(text.utf8)) }
    }

    @Test("A refusal says where")
    func saysWhere() {
        #expect(throws: CanonicalJSONError.notCanonical(offset: 5)) {
            try CanonicalJSON.decode(Pair.self, from: Data(#"{"a": 1}"#.utf8))
        }
        #expect(throws: CanonicalJSONError.notCanonical(offset: 6)) {
            try CanonicalJSON.decode(Pair.self, from: Data(#"{"a":1,"c":2}"#.utf8))
        }
        #expect(throws: CanonicalJSONError.unexpectedShape(path: "$[1]", detail: "the member a is missing")) {
            try CanonicalJSON.decode([Pair].self, from: Data(#"[{"a":1},{}]"#.utf8))
        }
        #expect(throws: CanonicalJSONError.tooLarge(byteCount: 7, limit: 6)) {
            try CanonicalJSON.decode(Pair.self, from: Data(#"{"a":1}"#.utf8), maximumByteCount: 6)
        }
    }

    @Test("A slice of larger data decodes like data of its own")
    func decodesSlices() throws {
        let data = Data(#"..{"a":1,"b":"AA=="}."#.utf8)
        #expect(try CanonicalJSON.decode(Pair.self, from: data.dropFirst(2).dropLast()).b == Data([0]))
    }

    @Test("Collections without an order are refused")
    func refusesUnorderedCollections() {
        struct Key: Hashable, Codable { var x = 1 }
        #expect(throws: CanonicalJSONError.unorderedCollection(path: "$.a")) {
            try CanonicalJSON.encode(["a": Set([1])])
        }
        #expect(throws: CanonicalJSONError.unorderedCollection(path: "$")) { try CanonicalJSON.encode([Key(): 1]) }
    }

    @Test("A value that encodes nothing, or two shapes, is refused")
    func refusesNoValue() {
        struct Nothing: Encodable { func encode(to encoder: any Encoder) {} }
        struct Both: Encodable {
            func encode(to encoder: any Encoder) throws {
                var list = encoder.unkeyedContainer()
                try list.encode(1)
                var single = encoder.singleValueContainer()
                try single.encode(2)
            }
        }
        #expect(throws: CanonicalJSONError.notOneValue(path: "$[1]")) {
            try CanonicalJSON.encode([Nothing?.none, Nothing()])
        }
        #expect(throws: CanonicalJSONError.notOneValue(path: "$")) { try CanonicalJSON.encode(Both()) }
    }

    @Test("Classes, nested containers and every integer type pass")
    func codesTheRest() throws {
        #expect(try CanonicalJSON.encode([1 as Int8]) == Data("[1]".utf8))
        #expect(try CanonicalJSON.decode([Float].self, from: CanonicalJSON.encode([0.1 as Float])) == [0.1])
        #expect(try CanonicalJSON.encode(Int128(5)) == Data("5".utf8))
        #expect(try CanonicalJSON.decode(Derived.self, from: CanonicalJSON.encode(Derived(1, 2))).sum == 3)
        #expect(try CanonicalJSON.encode(Derived(1, 2)) == Data(#"{"b":[2,{"c":{}}],"super":{"a":1}}"#.utf8))
        #expect(try CanonicalJSON.decode([Int?].self, from: Data("[1,null]".utf8)) == [1, nil])
    }

    @Test("JSONValue passes through Foundation's coders too")
    func foundationCoders() throws {
        let value: JSONValue = ["a": [1, .number(2.5), "x", nil, false], "b": ["c": [:]]]
        let data = try JSONEncoder().encode(value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: data) == value)
    }
}

private class Base: Codable {
    let a: Int
    init(a: Int) { self.a = a }
}

private final class Derived: Base {
    let b: Int
    enum Keys: String, CodingKey { case b, c }

    var sum: Int { a + b }

    init(_ a: Int, _ b: Int) {
        self.b = b
        super.init(a: a)
    }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        var list = try container.nestedUnkeyedContainer(forKey: .b)
        b = try list.decode(Int.self)
        _ = try list.nestedContainer(keyedBy: Keys.self)
        try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        var list = container.nestedUnkeyedContainer(forKey: .b)
        try list.encode(b)
        var inner = list.nestedContainer(keyedBy: Keys.self)
        _ = inner.nestedContainer(keyedBy: Keys.self, forKey: .c)
        try super.encode(to: container.superEncoder())
    }
}
