package import Foundation

/// JSON in the one form that RFC 8785 gives it (JCS), so that what is signed and hashed has one text.
package enum CanonicalJSON {
    /// Deepest nesting of arrays and objects that is read or written.
    package static let deepestNesting = 64
    /// What is read where the caller names no limit, in bytes: 1 MiB, the size of a block.
    package static let defaultByteLimit = 1 << 20

    /// The canonical JSON of `value`.
    ///
    /// `Data` becomes a string of standard base64 with padding (RFC 4648, section 4). Optional members that are
    /// `nil` are left out, as synthesised conformances do.
    /// - Throws: ``CanonicalJSONError`` for an integer beyond ±(2⁵³ − 1), a number that is not finite, a collection
    ///   without an order of its own.
    package static func encode(_ value: some Encodable) throws(CanonicalJSONError) -> Data {
        var writer = JSONWriter()
        try writer.write(part(of: value), depth: 0)
        return Data(writer.bytes)
    }

    private static func part(of value: some Encodable) throws(CanonicalJSONError) -> JSONPart {
        do {
            return try JSONPart(encoding: value, at: .root)
        } catch {
            throw CanonicalJSONError(encoding: error)
        }
    }

    /// What canonical JSON says: the inverse of ``encode(_:)``.
    ///
    /// The value is encoded again and compared, so whitespace, another order of members, unknown members, other
    /// spellings of a number, string or base64 text are all refused.
    /// - Throws: ``CanonicalJSONError/notCanonical(offset:)`` where the bytes first differ from the canonical form,
    ///   another ``CanonicalJSONError`` where they are no JSON or not that of a `Value`.
    package static func decode<Value: Codable>(
        _ type: Value.Type, from data: Data, maximumByteCount: Int = defaultByteLimit
    ) throws(CanonicalJSONError) -> Value {
        let value = try decode(type, from: parse(data, maximumByteCount: maximumByteCount))
        let canonical = try encode(value)
        guard canonical == data else {
            let same = zip(canonical, data).prefix { $0 == $1 }.count
            throw .notCanonical(offset: same)
        }
        return value
    }

    /// Reads a `Value` out of parsed JSON. Members that `Value` does not know are passed over: a caller to whom
    /// they matter uses ``decode(_:from:maximumByteCount:)`` or compares ``tree(of:)``.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from json: JSONValue
    ) throws(CanonicalJSONError) -> Value {
        do {
            return try JSONReader(value: json, place: .root).read(type)
        } catch {
            throw CanonicalJSONError(decoding: error)
        }
    }

    /// The JSON of `value` as a tree, to be put into a larger one.
    package static func tree(of value: some Encodable) throws(CanonicalJSONError) -> JSONValue {
        try part(of: value).finished()
    }

    /// Reads one JSON value (RFC 8259), canonical or not.
    ///
    /// Refused beyond the grammar: a member name that comes twice in an object, lone surrogates, numbers too large
    /// for a double or of more than 128 characters, a byte order mark, nesting below ``deepestNesting``.
    /// - Complexity: Linear in the byte count.
    package static func parse(
        _ data: Data, maximumByteCount: Int = defaultByteLimit
    ) throws(CanonicalJSONError) -> JSONValue {
        guard data.count <= maximumByteCount else {
            throw .tooLarge(byteCount: data.count, limit: maximumByteCount)
        }
        var parser = JSONParser(bytes: Array(data))
        return try parser.document()
    }

    /// The canonical JSON of `value`.
    package static func serialize(_ value: JSONValue) throws(CanonicalJSONError) -> Data {
        var writer = JSONWriter()
        try writer.write(value, depth: 0)
        return Data(writer.bytes)
    }
}
