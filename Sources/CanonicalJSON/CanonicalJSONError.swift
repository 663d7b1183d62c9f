/// Why bytes are not acceptable JSON, or a value has no canonical JSON. Offsets count bytes from 0.
///
/// Never holds what stood in the input: only where.
package enum CanonicalJSONError: Error, Hashable, Sendable {
    case tooLarge(byteCount: Int, limit: Int)
    case tooDeep(limit: Int)
    case unexpectedEnd(offset: Int)
    case unexpectedByte(UInt8, offset: Int)
    case trailingBytes(offset: Int)
    /// The offset is that of the string's opening quote.
    case invalidUTF8(offset: Int)
    case controlCharacter(offset: Int)
    case invalidEscape(offset: Int)
    case loneSurrogate(offset: Int)
    case invalidNumber(offset: Int)
    case numberOutOfRange(offset: Int)
    /// Names that Unicode holds equivalent count as the same.
    case duplicateMember(offset: Int)
    /// Well-formed, but not the one canonical form of what it says; the first byte that differs.
    case notCanonical(offset: Int)

    /// The JSON does not have the members or types that are wanted at `path`.
    case unexpectedShape(path: String, detail: String)
    /// Beyond ±(2⁵³ − 1): write it as a string.
    case integerOutOfRange(path: String)
    case notFinite(path: String)
    /// A `Set`, or a `Dictionary` with keys that are not strings: it would be written in a random order.
    case unorderedCollection(path: String)
    /// An `encode(to:)` that wrote nothing, or wrote values of two shapes into one place.
    case notOneValue(path: String)
    case notEncodable(path: String, detail: String)
}

extension CanonicalJSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let byteCount, let limit):
            "the JSON has \(byteCount) bytes, and at most \(limit) are accepted; send less, or split it"
        case .tooDeep(let limit): "the JSON is nested more than \(limit) levels deep; flatten it"
        case .unexpectedEnd(let offset): "the JSON ends at byte \(offset) in the middle of a value; is it cut off?"
        case .unexpectedByte(let byte, let offset):
            "the JSON has \(CanonicalJSONError.shown(byte)) at byte \(offset), where something else must stand"
        case .trailingBytes(let offset): "something follows the JSON value at byte \(offset); remove it"
        case .invalidUTF8(let offset): "the string at byte \(offset) is not UTF-8; convert the text to UTF-8"
        case .controlCharacter(let offset):
            "a control character stands unescaped in a string at byte \(offset); write it as \\u00XX"
        case .invalidEscape(let offset): "the string has an escape at byte \(offset) that JSON does not know"
        case .loneSurrogate(let offset): "the escape at byte \(offset) is half of a surrogate pair; write both halves"
        case .invalidNumber(let offset): "the number at byte \(offset) is not written as JSON writes numbers"
        case .numberOutOfRange(let offset):
            "the number at byte \(offset) is too large for a double; write it as a string"
        case .duplicateMember(let offset):
            "the object has the member name at byte \(offset) twice; keep one of them"
        case .notCanonical(let offset):
            "the JSON is not in canonical form (RFC 8785), or has members that do not belong: see byte \(offset)"
        case .unexpectedShape(let path, let detail): "the JSON at \(path) is not as expected: \(detail)"
        case .integerOutOfRange(let path):
            "the integer at \(path) is beyond 2^53 - 1, where JSON loses digits; write it as a string"
        case .notFinite(let path): "the number at \(path) is infinite or not a number; JSON cannot say that"
        case .unorderedCollection(let path): "the collection at \(path) has no order of its own; sort it into an array"
        case .notOneValue(let path): "the value at \(path) encodes itself as no value, or as two; mend encode(to:)"
        case .notEncodable(let path, let detail): "the value at \(path) cannot be encoded: \(detail)"
        }
    }

    private static func shown(_ byte: UInt8) -> String {
        (0x21...0x7E).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte value \(byte)"
    }
}
