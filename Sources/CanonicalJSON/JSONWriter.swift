/// Writes canonical JSON (RFC 8785, section 3.2).
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: JSONValue, depth: Int) throws(CanonicalJSONError) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .integer(let integer):
            guard integer.magnitude <= JSONValue.largestInteger.magnitude else {
                throw .integerOutOfRange(path: CanonicalJSONError.root)
            }
            bytes += String(integer).utf8
        case .number(let double):
            guard double.isFinite else { throw .notFinite(path: CanonicalJSONError.root) }
            bytes += ecmaScriptText(of: double).utf8
        case .string(let text): write(text)
        case .array(let elements): try write(elements, depth: depth + 1)
        case .object(let members): try write(members, depth: depth + 1)
        }
    }

    mutating func write(_ part: JSONPart, depth: Int) throws(CanonicalJSONError) {
        switch part {
        case .value(let value): try write(value, depth: depth)
        case .draft(let draft):
            switch draft.content {
            case .empty, .contradiction, .unordered: throw draft.fault
            case .part(let part): try write(part, depth: depth)
            case .array(let parts): try write(parts, depth: depth + 1)
            case .object(let members): try write(members, depth: depth + 1)
            }
        }
    }

    private mutating func write(_ parts: [JSONPart], depth: Int) throws(CanonicalJSONError) {
        guard depth <= CanonicalJSON.deepestNesting else { throw .tooDeep(limit: CanonicalJSON.deepestNesting) }
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for part in parts {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            try write(part, depth: depth)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ members: [JSONDraft.Member], depth: Int) throws(CanonicalJSONError) {
        guard depth <= CanonicalJSON.deepestNesting else { throw .tooDeep(limit: CanonicalJSON.deepestNesting) }
        // Stable: of members with one name the last one written stands last.
        let sorted = members.sorted { precedesInUTF16($0.name, $1.name) }
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (place, member) in sorted.enumerated() {
            if place + 1 < sorted.count, sorted[place + 1].name == member.name { continue }
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            write(member.name)
            bytes.append(UInt8(ascii: ":"))
            try write(member.part, depth: depth)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func write(_ elements: [JSONValue], depth: Int) throws(CanonicalJSONError) {
        guard depth <= CanonicalJSON.deepestNesting else { throw .tooDeep(limit: CanonicalJSON.deepestNesting) }
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for element in elements {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            try write(element, depth: depth)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ members: [String: JSONValue], depth: Int) throws(CanonicalJSONError) {
        guard depth <= CanonicalJSON.deepestNesting else { throw .tooDeep(limit: CanonicalJSON.deepestNesting) }
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (name, member) in members.sorted(by: { precedesInUTF16($0.key, $1.key) }) {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            write(name)
            bytes.append(UInt8(ascii: ":"))
            try write(member, depth: depth)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// The string with as few escapes as RFC 8785, section 3.2.2.2, allows.
    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        // Nearly all strings need no escape; those are copied whole.
        let wasPlain: Bool? = text.utf8.withContiguousStorageIfAvailable { text in
            for byte in text where byte < 0x20 || byte == 0x22 || byte == 0x5C { return false }
            bytes.append(contentsOf: text)
            return true
        }
        if wasPlain != true { writeEscaped(text) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func writeEscaped(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case 0x22: bytes += [0x5C, 0x22]
            case 0x5C: bytes += [0x5C, 0x5C]
            case 0x08: bytes += #"\b"#.utf8
            case 0x09: bytes += #"\t"#.utf8
            case 0x0A: bytes += #"\n"#.utf8
            case 0x0C: bytes += #"\f"#.utf8
            case 0x0D: bytes += #"\r"#.utf8
            case 0..<0x20: bytes += ((byte < 0x10 ? #"\u000"# : #"\u00"#) + String(byte, radix: 16)).utf8
            default: bytes.append(byte)
            }
        }
    }
}

/// Whether `left` stands before `right` when both are compared as UTF-16 code units (RFC 8785, section 3.2.3).
///
/// Bytes of UTF-8 have that order too, but for the scalars above U+FFFF: their surrogates D800–DFFF stand before
/// U+E000–U+FFFF, whose first byte is EE or EF. Moving those two behind F4 is all that differs.
func precedesInUTF16(_ left: String, _ right: String) -> Bool {
    func rank(_ byte: UInt8) -> UInt8 { byte == 0xEE || byte == 0xEF ? byte + 0x10 : byte }
    let known = left.utf8.withContiguousStorageIfAvailable { left in
        right.utf8.withContiguousStorageIfAvailable { right in
            for place in 0..<min(left.count, right.count) where left[place] != right[place] {
                return rank(left[place]) < rank(right[place])
            }
            return left.count < right.count
        }
    }
    if case .some(.some(let answer)) = known { return answer }
    return left.utf8.lexicographicallyPrecedes(right.utf8) { rank($0) < rank($1) }
}
