import Foundation

/// A type that is one JSON value by itself, without asking its `Codable` conformance.
protocol JSONLeaf {
    /// - Parameter place: Where it stands; asked for an error only.
    func jsonValue(at place: JSONPlace) throws(CanonicalJSONError) -> JSONValue
    /// - Returns: `nil` if `json` is not the value of a `Self`.
    static func value(from json: JSONValue) -> Self?
}

/// The types that conform to ``JSONLeaf``. The runtime takes longer to say that a type does not conform than this module
/// takes to write it, so it is asked about these only.
enum JSONLeaves {
    private static let all: Set<ObjectIdentifier> = {
        var types: [any JSONLeaf.Type] = [JSONValue.self, Bool.self, String.self, Data.self, Double.self, Float.self]
        types += [Int.self, Int8.self, Int16.self, Int32.self, Int64.self]
        types += [UInt.self, UInt8.self, UInt16.self, UInt32.self, UInt64.self]
        if #available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *) { types += [Int128.self, UInt128.self] }
        return Set(types.map { ObjectIdentifier($0) })
    }()

    static func contains(_ type: Any.Type) -> Bool { all.contains(ObjectIdentifier(type)) }
}

extension JSONValue: JSONLeaf {
    func jsonValue(at place: JSONPlace) -> JSONValue { self }
    static func value(from json: JSONValue) -> JSONValue? { json }
}

extension Bool: JSONLeaf {
    func jsonValue(at place: JSONPlace) -> JSONValue { .bool(self) }
    static func value(from json: JSONValue) -> Bool? { json.boolValue }
}

extension String: JSONLeaf {
    func jsonValue(at place: JSONPlace) -> JSONValue { .string(self) }
    static func value(from json: JSONValue) -> String? { json.stringValue }
}

extension Data: JSONLeaf {
    func jsonValue(at place: JSONPlace) -> JSONValue { .string(base64EncodedString()) }
    static func value(from json: JSONValue) -> Data? { json.stringValue.flatMap { Data(base64Encoded: $0) } }
}

extension Double: JSONLeaf {
    func jsonValue(at place: JSONPlace) throws(CanonicalJSONError) -> JSONValue {
        guard isFinite else { throw .notFinite(path: place.path.text) }
        let exact = -JSONValue.largestInteger...JSONValue.largestInteger
        if let integer = Int64(exactly: self), exact.contains(integer) { return .integer(integer) }
        return .number(self)
    }

    static func value(from json: JSONValue) -> Double? {
        switch json {
        case .integer(let integer): Double(integer)
        case .number(let double): double
        default: nil
        }
    }
}

extension Float: JSONLeaf {
    func jsonValue(at place: JSONPlace) throws(CanonicalJSONError) -> JSONValue {
        try Double(self).jsonValue(at: place)
    }

    static func value(from json: JSONValue) -> Float? { Double.value(from: json).flatMap { Float(exactly: $0) } }
}

extension JSONLeaf where Self: FixedWidthInteger {
    func jsonValue(at place: JSONPlace) throws(CanonicalJSONError) -> JSONValue {
        guard let integer = Int64(exactly: self), integer.magnitude <= JSONValue.largestInteger.magnitude else {
            throw .integerOutOfRange(path: place.path.text)
        }
        return .integer(integer)
    }

    static func value(from json: JSONValue) -> Self? { json.integerValue.flatMap { Self(exactly: $0) } }
}

extension Int: JSONLeaf {}
extension Int8: JSONLeaf {}
extension Int16: JSONLeaf {}
extension Int32: JSONLeaf {}
extension Int64: JSONLeaf {}
@available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
extension Int128: JSONLeaf {}
@available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
extension UInt128: JSONLeaf {}
extension UInt: JSONLeaf {}
extension UInt8: JSONLeaf {}
extension UInt16: JSONLeaf {}
extension UInt32: JSONLeaf {}
extension UInt64: JSONLeaf {}
