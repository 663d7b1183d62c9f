/// A recursive descent parser of RFC 8259 over bytes. It never reads beyond them and never goes deeper than
/// ``CanonicalJSON/deepestNesting``.
struct JSONParser {
    let bytes: [UInt8]
    var offset = 0
    private var depth = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() throws(CanonicalJSONError) -> JSONValue {
        skipWhitespace()
        let value = try value()
        skipWhitespace()
        guard offset == bytes.count else { throw .trailingBytes(offset: offset) }
        return value
    }

    private mutating func value() throws(CanonicalJSONError) -> JSONValue {
        guard offset < bytes.count else { throw .unexpectedEnd(offset: offset) }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return try nested { parser throws(CanonicalJSONError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(CanonicalJSONError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case let other: throw .unexpectedByte(other, offset: offset)
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(CanonicalJSONError) -> JSONValue
    ) throws(CanonicalJSONError) -> JSONValue {
        guard depth < CanonicalJSON.deepestNesting else { throw .tooDeep(limit: CanonicalJSON.deepestNesting) }
        depth += 1
        offset += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(CanonicalJSONError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        skipWhitespace()
        if take("}") { return .object(members) }
        repeat {
            skipWhitespace()
            guard offset < bytes.count else { throw .unexpectedEnd(offset: offset) }
            guard bytes[offset] == UInt8(ascii: "\"") else { throw .unexpectedByte(bytes[offset], offset: offset) }
            let start = offset
            let name = try string()
            skipWhitespace()
            try require(":")
            skipWhitespace()
            guard members.updateValue(try value(), forKey: name) == nil else { throw .duplicateMember(offset: start) }
            skipWhitespace()
        } while take(",")
        try require("}")
        return .object(members)
    }

    private mutating func array() throws(CanonicalJSONError) -> JSONValue {
        var elements: [JSONValue] = []
        skipWhitespace()
        if take("]") { return .array(elements) }
        repeat {
            skipWhitespace()
            elements.append(try value())
            skipWhitespace()
        } while take(",")
        try require("]")
        return .array(elements)
    }

    private mutating func literal(
        _ text: StaticString, _ value: JSONValue
    ) throws(CanonicalJSONError) -> JSONValue {
        for expected in UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount) {
            guard offset < bytes.count else { throw .unexpectedEnd(offset: offset) }
            guard bytes[offset] == expected else { throw .unexpectedByte(bytes[offset], offset: offset) }
            offset += 1
        }
        return value
    }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: byte) else { return false }
        offset += 1
        return true
    }

    private mutating func require(_ byte: Unicode.Scalar) throws(CanonicalJSONError) {
        guard offset < bytes.count else { throw .unexpectedEnd(offset: offset) }
        guard take(byte) else { throw .unexpectedByte(bytes[offset], offset: offset) }
    }

    private mutating func skipWhitespace() {
        while offset < bytes.count, isWhitespace(bytes[offset]) { offset += 1 }
    }
}

private func isWhitespace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
}
