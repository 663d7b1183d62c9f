extension JSONParser {
    /// The string whose opening quote stands at `offset`.
    mutating func string() throws(CanonicalJSONError) -> String {
        let start = offset
        offset += 1
        var unescaped: [UInt8] = []
        var copied = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                let rest = bytes[copied..<offset]
                offset += 1
                // Nearly all strings have no escape, and are read where they stand.
                let text =
                    unescaped.isEmpty
                    ? String(validating: rest, as: UTF8.self)
                    : String(validating: unescaped + rest, as: UTF8.self)
                guard let text else { throw .invalidUTF8(offset: start) }
                return text
            case UInt8(ascii: "\\"):
                unescaped += bytes[copied..<offset]
                unescaped += try escape()
                copied = offset
            case 0..<0x20: throw .controlCharacter(offset: offset)
            default: offset += 1
            }
        }
        throw .unexpectedEnd(offset: offset)
    }

    /// The UTF-8 bytes that the escape at `offset` stands for.
    private mutating func escape() throws(CanonicalJSONError) -> [UInt8] {
        let start = offset
        guard start + 1 < bytes.count else { throw .unexpectedEnd(offset: bytes.count) }
        offset += 2
        switch bytes[start + 1] {
        case UInt8(ascii: "\""): return [0x22]
        case UInt8(ascii: "\\"): return [0x5C]
        case UInt8(ascii: "/"): return [0x2F]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(try scalar(escapedAt: start)).utf8)
        default: throw .invalidEscape(offset: start)
        }
    }

    /// The scalar of `\uXXXX`, or of two of them that are a surrogate pair; `offset` stands behind the first `u`.
    private mutating func scalar(escapedAt start: Int) throws(CanonicalJSONError) -> Character {
        let first = try fourHexDigits(escapedAt: start)
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        guard UTF16.isLeadSurrogate(UInt16(first)), offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw .loneSurrogate(offset: start) }
        offset += 2
        let second = try fourHexDigits(escapedAt: offset - 2)
        guard UTF16.isTrailSurrogate(UInt16(second)),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw .loneSurrogate(offset: start) }
        return Character(scalar)
    }

    private mutating func fourHexDigits(escapedAt start: Int) throws(CanonicalJSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard offset < bytes.count else { throw .unexpectedEnd(offset: offset) }
            guard let digit = Unicode.Scalar(bytes[offset]).hexadecimalDigit else {
                throw .invalidEscape(offset: start)
            }
            value = value << 4 | digit
            offset += 1
        }
        return value
    }
}

extension Unicode.Scalar {
    fileprivate var hexadecimalDigit: UInt32? {
        switch self {
        case "0"..."9": value - 0x30
        case "a"..."f": value - 0x61 + 10
        case "A"..."F": value - 0x41 + 10
        default: nil
        }
    }
}
