/// What one `encode` call gave: a value, or one that is still being filled.
enum JSONPart {
    case value(JSONValue)
    case draft(JSONDraft)

    init<Value: Encodable>(encoding value: Value, codingPath: [any CodingKey]) throws {
        if let leaf = value as? any JSONLeaf {
            self = .value(try leaf.jsonValue(at: codingPath))
            return
        }
        if let collection = value as? any UnorderedCollection, !collection.isWrittenByStringKey {
            throw CanonicalJSONError.unorderedCollection(path: CanonicalJSONError.path(codingPath))
        }
        let draft = JSONDraft()
        try value.encode(to: JSONEncoding(draft: draft, codingPath: codingPath))
        self = .draft(draft)
    }

    func finished(at codingPath: [any CodingKey]) throws(CanonicalJSONError) -> JSONValue {
        switch self {
        case .value(let value): value
        case .draft(let draft): try draft.finished(at: codingPath)
        }
    }
}

/// A value under construction. It is a reference because `Codable` hands containers out before they are filled.
final class JSONDraft {
    var content = Content.empty

    enum Content {
        case empty
        case part(JSONPart)
        case array([JSONPart])
        case object([String: JSONPart])
        /// Two containers of different kinds were asked for.
        case contradiction
    }

    func finished(at codingPath: [any CodingKey]) throws(CanonicalJSONError) -> JSONValue {
        switch content {
        case .empty, .contradiction: throw .notOneValue(path: CanonicalJSONError.path(codingPath))
        case .part(let part): return try part.finished(at: codingPath)
        case .array(let parts):
            var elements: [JSONValue] = []
            elements.reserveCapacity(parts.count)
            for (index, part) in parts.enumerated() {
                elements.append(try part.finished(at: codingPath + [PathKey(intValue: index)]))
            }
            return .array(elements)
        case .object(let parts):
            var members: [String: JSONValue] = [:]
            members.reserveCapacity(parts.count)
            for (name, part) in parts {
                members[name] = try part.finished(at: codingPath + [PathKey(stringValue: name)])
            }
            return .object(members)
        }
    }

    func becomeObject() {
        switch content {
        case .empty: content = .object([:])
        case .object: break
        default: content = .contradiction
        }
    }

    func becomeArray() {
        switch content {
        case .empty: content = .array([])
        case .array: break
        default: content = .contradiction
        }
    }

    func become(_ part: JSONPart) {
        if case .empty = content { content = .part(part) } else { content = .contradiction }
    }

    func set(_ part: JSONPart, forName name: String) {
        guard case .object(var members) = content else {
            content = .contradiction
            return
        }
        content = .empty  // leaves the dictionary with one owner, so that it grows in place
        members[name] = part
        content = .object(members)
    }

    func append(_ part: JSONPart) {
        guard case .array(var elements) = content else {
            content = .contradiction
            return
        }
        content = .empty  // as above
        elements.append(part)
        content = .array(elements)
    }

    var elementCount: Int { if case .array(let elements) = content { elements.count } else { 0 } }
}

/// A collection that `Codable` would write in the order of a hash table, which changes with every run.
protocol UnorderedCollection {
    /// Whether it becomes an object, whose members are sorted when written.
    var isWrittenByStringKey: Bool { get }
}

extension Set: UnorderedCollection {
    var isWrittenByStringKey: Bool { false }
}

extension Dictionary: UnorderedCollection {
    var isWrittenByStringKey: Bool {
        Key.self == String.self || Key.self == Int.self || Key.self is any CodingKeyRepresentable.Type
    }
}
