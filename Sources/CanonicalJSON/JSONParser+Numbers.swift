extension JSONParser {
    /// Longest text of a number that is read, in bytes. No double needs more than 25; the rest is leeway for other
    /// writers, and the bound keeps a hostile number from costing more than a hostile string.
    private static let longestNumber = 128

    /// The number at `offset`: a whole number within ±(2⁵³ − 1) as an integer, however it is written.
    mutating func number() throws(CanonicalJSONError) -> JSONValue {
        let start = offset
        var isWhole = true
        if current == UInt8(ascii: "-") { offset += 1 }
        if current == UInt8(ascii: "0") { offset += 1 } else { try digits(from: start) }
        if current == UInt8(ascii: ".") {
            offset += 1
            isWhole = false
            try digits(from: start)
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            offset += 1
            isWhole = false
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { offset += 1 }
            try digits(from: start)
        }
        guard offset - start <= JSONParser.longestNumber else { throw .invalidNumber(offset: start) }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        let exact = -JSONValue.largestInteger...JSONValue.largestInteger
        if isWhole, let integer = Int64(text), exact.contains(integer) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else { throw .numberOutOfRange(offset: start) }
        if let integer = Int64(exactly: double), exact.contains(integer) { return .integer(integer) }
        return .number(double)
    }

    private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    /// One or more digits.
    private mutating func digits(from start: Int) throws(CanonicalJSONError) {
        let first = offset
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
        guard offset > first else {
            throw offset == bytes.count ? .unexpectedEnd(offset: offset) : .invalidNumber(offset: start)
        }
    }
}
