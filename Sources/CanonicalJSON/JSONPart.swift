/// What one `encode` call gave: a value, or one that is still being filled.
enum JSONPart {
    case value(JSONValue)
    case draft(JSONDraft)

    init<Value: Encodable>(encoding value: Value, at place: JSONPlace) throws {
        if let text = value as? String {
            self = .value(.string(text))
            return
        }
        if let special = value as? any SpeciallyEncoded {
            if let leaf = special as? any JSONLeaf {
                self = .value(try leaf.jsonValue(at: place))
                return
            }
            if let collection = special as? any UnorderedCollection, !collection.isWrittenByStringKey {
                throw CanonicalJSONError.unorderedCollection(path: place.path.text)
            }
        }
        let draft = JSONDraft(at: place)
        try value.encode(to: JSONEncoding(draft: draft))
        self = .draft(draft)
    }

    func finished() throws(CanonicalJSONError) -> JSONValue {
        switch self {
        case .value(let value): value
        case .draft(let draft): try draft.finished()
        }
    }
}

/// What does not simply encode itself: a ``JSONLeaf`` or an ``UnorderedCollection``. One question where there would be
/// two, each of which the runtime answers slowly with no.
protocol SpeciallyEncoded {}

/// A value under construction. It is a reference because `Codable` hands containers out before they are filled.
final class JSONDraft {
    let place: JSONPlace
    private(set) var content = Content.empty

    enum Content {
        case empty
        case part(JSONPart)
        case array([JSONPart])
        /// In the order of encoding; of two members with one name the last counts.
        case object([Member])
        /// Two containers of different kinds were asked for.
        case contradiction
    }

    struct Member {
        let name: String
        let part: JSONPart
    }

    init(at place: JSONPlace) {
        self.place = place
    }

    var path: JSONPath { place.path }

    var notOneValue: CanonicalJSONError { .notOneValue(path: path.text) }

    func finished() throws(CanonicalJSONError) -> JSONValue {
        switch content {
        case .empty, .contradiction: throw notOneValue
        case .part(let part): return try part.finished()
        case .array(let parts):
            var elements: [JSONValue] = []
            elements.reserveCapacity(parts.count)
            for part in parts { elements.append(try part.finished()) }
            return .array(elements)
        case .object(let parts):
            var members: [String: JSONValue] = [:]
            members.reserveCapacity(parts.count)
            for member in parts { members[member.name] = try member.part.finished() }
            return .object(members)
        }
    }

    func becomeObject() {
        switch content {
        case .empty: content = .object([])
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
        content = .empty  // leaves the array with one owner, so that it grows in place
        members.append(Member(name: name, part: part))
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
protocol UnorderedCollection: SpeciallyEncoded {
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
