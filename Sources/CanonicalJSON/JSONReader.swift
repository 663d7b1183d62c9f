/// The `Decoder` over a parsed value.
struct JSONReader: Decoder {
    let value: JSONValue
    let place: JSONPlace
    var path: JSONPath { place.path }
    var codingPath: [any CodingKey] { path.keys }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if type == String.self, case .string(let text) = value, let text = text as? Value { return text }
        guard JSONLeaves.contains(type), let leaf = type as? any JSONLeaf.Type else { return try type.init(from: self) }
        guard let value = leaf.value(from: value) as? Value else { throw mismatch(type, wanted: "\(type)") }
        return value
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw mismatch([String: JSONValue].self, wanted: "object") }
        return KeyedDecodingContainer(KeyedContainer(members: members, path: path))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else { throw mismatch([JSONValue].self, wanted: "array") }
        return UnkeyedContainer(elements: elements, path: path)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { SingleContainer(reader: self) }

    fileprivate func mismatch(_ type: any Any.Type, wanted: String) -> DecodingError {
        let kind =
            switch value {
            case .null: "null"
            case .bool: "a boolean"
            case .integer, .number: "a number"
            case .string: "a string"
            case .array: "an array"
            case .object: "an object"
            }
        return .typeMismatch(
            type, .init(codingPath: codingPath, debugDescription: "\(kind) does not give a value of type \(wanted)"))
    }
}

private struct KeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [String: JSONValue]
    let path: JSONPath
    var codingPath: [any CodingKey] { path.keys }

    var allKeys: [Key] { members.keys.sorted(by: precedesInUTF16).compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try member(key).value == .null }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try member(key).read(type) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try member(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try member(PathKey(stringValue: "super")) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }

    private func member(_ key: any CodingKey) throws -> JSONReader {
        guard let member = members[key.stringValue] else {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: codingPath, debugDescription: "the member \(key.stringValue) is missing"))
        }
        return JSONReader(value: member, place: JSONPlace(outer: path, key: key))
    }
}

private struct UnkeyedContainer: UnkeyedDecodingContainer {
    let elements: [JSONValue]
    let path: JSONPath
    var codingPath: [any CodingKey] { path.keys }
    var currentIndex = 0

    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    mutating func decodeNil() throws -> Bool {
        let isNull = try element().value == .null
        if isNull { currentIndex += 1 }
        return isNull
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try element().read(type)
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let container = try element().container(keyedBy: type)
        currentIndex += 1
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try element().unkeyedContainer()
        currentIndex += 1
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let reader = try element()
        currentIndex += 1
        return reader
    }

    private func element() throws -> JSONReader {
        let place = JSONPlace(outer: path, key: PathKey(intValue: currentIndex))
        guard currentIndex < elements.count else {
            throw DecodingError.valueNotFound(
                JSONValue.self,
                .init(codingPath: place.path.keys, debugDescription: "the array has only \(elements.count) elements"))
        }
        return JSONReader(value: elements[currentIndex], place: place)
    }
}

private struct SingleContainer: SingleValueDecodingContainer {
    let reader: JSONReader
    var codingPath: [any CodingKey] { reader.codingPath }

    func decodeNil() -> Bool { reader.value == .null }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try reader.read(type) }
}
