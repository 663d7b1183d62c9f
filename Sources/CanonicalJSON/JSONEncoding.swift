/// The `Encoder` that fills a draft. A superclass's values go into a member `super`, as `Codable` has it.
struct JSONEncoding: Encoder {
    let draft: JSONDraft
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        draft.becomeObject()
        return KeyedEncodingContainer(KeyedContainer(draft: draft, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        draft.becomeArray()
        return UnkeyedContainer(draft: draft, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleContainer(draft: draft, codingPath: codingPath)
    }
}

private struct KeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let draft: JSONDraft
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) { draft.set(.value(.null), forName: key.stringValue) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        draft.set(try JSONPart(encoding: value, codingPath: codingPath + [key]), forName: key.stringValue)
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
        let inner = JSONDraft()
        draft.set(.draft(inner), forName: key.stringValue)
        return JSONEncoding(draft: inner, codingPath: codingPath + [key])
    }
}

private struct UnkeyedContainer: UnkeyedEncodingContainer {
    let draft: JSONDraft
    let codingPath: [any CodingKey]
    var count: Int { draft.elementCount }

    func encodeNil() { draft.append(.value(.null)) }

    func encode<Value: Encodable>(_ value: Value) throws {
        draft.append(try JSONPart(encoding: value, codingPath: codingPath + [PathKey(intValue: count)]))
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        element().container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }

    func superEncoder() -> any Encoder { element() }

    private func element() -> JSONEncoding {
        let inner = JSONDraft()
        let path = codingPath + [PathKey(intValue: count)]
        draft.append(.draft(inner))
        return JSONEncoding(draft: inner, codingPath: path)
    }
}

private struct SingleContainer: SingleValueEncodingContainer {
    let draft: JSONDraft
    let codingPath: [any CodingKey]

    func encodeNil() { draft.become(.value(.null)) }

    func encode<Value: Encodable>(_ value: Value) throws {
        draft.become(try JSONPart(encoding: value, codingPath: codingPath))
    }
}
