/// The `Encoder` that fills a draft. A superclass's values go into a member `super`, as `Codable` has it.
struct JSONEncoding: Encoder {
    let draft: JSONDraft
    var codingPath: [any CodingKey] { draft.path.keys }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        draft.becomeObject()
        return KeyedEncodingContainer(KeyedContainer(draft: draft, path: draft.path))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        draft.becomeArray()
        return UnkeyedContainer(draft: draft)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleContainer(draft: draft)
    }
}

private struct KeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let draft: JSONDraft
    let path: JSONPath
    var codingPath: [any CodingKey] { path.keys }

    func encodeNil(forKey key: Key) { draft.set(.value(.null), forName: key.stringValue) }

    // Texts are most of what is encoded; they need no look at what else they conform to.
    func encode(_ value: String, forKey key: Key) { draft.set(.value(.string(value)), forName: key.stringValue) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        draft.set(try JSONPart(encoding: value, at: JSONPlace(outer: path, key: key)), forName: key.stringValue)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        member(key).container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { member(key).unkeyedContainer() }

    func superEncoder() -> any Encoder { member(PathKey(stringValue: "super")) }

    func superEncoder(forKey key: Key) -> any Encoder { member(key) }

    private func member(_ key: any CodingKey) -> JSONEncoding {
        let inner = JSONDraft(at: JSONPlace(outer: path, key: key))
        draft.set(.draft(inner), forName: key.stringValue)
        return JSONEncoding(draft: inner)
    }
}

private struct UnkeyedContainer: UnkeyedEncodingContainer {
    let draft: JSONDraft
    var codingPath: [any CodingKey] { draft.path.keys }
    var count: Int { draft.elementCount }

    func encodeNil() { draft.append(.value(.null)) }

    func encode<Value: Encodable>(_ value: Value) throws {
        draft.append(try JSONPart(encoding: value, at: JSONPlace(outer: draft.path, key: PathKey(intValue: count))))
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        element().container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }

    func superEncoder() -> any Encoder { element() }

    private func element() -> JSONEncoding {
        let inner = JSONDraft(at: JSONPlace(outer: draft.path, key: PathKey(intValue: count)))
        draft.append(.draft(inner))
        return JSONEncoding(draft: inner)
    }
}

private struct SingleContainer: SingleValueEncodingContainer {
    let draft: JSONDraft
    var codingPath: [any CodingKey] { draft.path.keys }

    func encodeNil() { draft.become(.value(.null)) }

    func encode(_ value: String) { draft.become(.value(.string(value))) }

    func encode<Value: Encodable>(_ value: Value) throws {
        draft.become(try JSONPart(encoding: value, at: draft.place))
    }
}
