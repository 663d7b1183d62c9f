/// What one `encode` call gave: a value, or one that is still being filled.
enum JSONPart {
    case value(JSONValue)
    case draft(JSONDraft)

    init<Value: Encodable>(encoding value: Value, at place: JSONPlace) throws {
        if JSONLeaves.contains(Value.self), let leaf = value as? any JSONLeaf {
            self = .value(try leaf.jsonValue(at: place))
            return
        }
        let draft = JSONDraft(of: Value.self, at: place)
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

/// A value under construction. It is a reference because `Codable` hands containers out before they are filled.
final class JSONDraft {
    /// Of the value that writes itself here; `nil` for a container in the middle of one.
    private let type: Any.Type?
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
        /// A collection wanted to be written in the order of a hash table, which changes with every run.
        case unordered
    }

    struct Member {
        let name: String
        let part: JSONPart
    }

    init(of type: Any.Type? = nil, at place: JSONPlace) {
        (self.type, self.place) = (type, place)
    }

    var path: JSONPath { place.path }

    /// Why there is no value here.
    var fault: CanonicalJSONError {
        if case .unordered = content { .unorderedCollection(path: path.text) } else { .notOneValue(path: path.text) }
    }

    func finished() throws(CanonicalJSONError) -> JSONValue {
        switch content {
        case .empty, .contradiction, .unordered: throw fault
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
        // Asked here, where few come by: the runtime takes long to say what a type is not.
        case .empty: content = type is any UnorderedCollection.Type ? .unordered : .array([])
        case .array, .unordered: break
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
            if case .unordered = content { return }
            content = .contradiction
            return
        }
        content = .empty  // as above
        elements.append(part)
        content = .array(elements)
    }

    var elementCount: Int { if case .array(let elements) = content { elements.count } else { 0 } }
}

/// A collection that `Codable` writes as an array in the order of a hash table. A dictionary with keys of text becomes an
/// object, whose members are sorted when written.
private protocol UnorderedCollection {}

extension Set: UnorderedCollection {}
extension Dictionary: UnorderedCollection {}
