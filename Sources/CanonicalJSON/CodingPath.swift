extension CanonicalJSONError {
    static let root = "$"

    /// A path as people write it: `$.body.owners[2]`.
    static func path(_ codingPath: [any CodingKey]) -> String {
        codingPath.reduce(into: root) { text, key in
            if let index = key.intValue { text += "[\(index)]" } else { text += ".\(key.stringValue)" }
        }
    }

    init(decoding error: any Error) {
        switch error {
        case let error as CanonicalJSONError: self = error
        case DecodingError.keyNotFound(let key, let context):
            self = .unexpectedShape(
                path: CanonicalJSONError.path(context.codingPath), detail: "the member \(key.stringValue) is missing")
        case DecodingError.valueNotFound(_, let context), DecodingError.typeMismatch(_, let context),
            DecodingError.dataCorrupted(let context):
            self = .unexpectedShape(
                path: CanonicalJSONError.path(context.codingPath), detail: context.debugDescription)
        default: self = .unexpectedShape(path: CanonicalJSONError.root, detail: String(describing: error))
        }
    }

    init(encoding error: any Error) {
        switch error {
        case let error as CanonicalJSONError: self = error
        case EncodingError.invalidValue(_, let context):
            self = .notEncodable(path: CanonicalJSONError.path(context.codingPath), detail: context.debugDescription)
        default: self = .notEncodable(path: CanonicalJSONError.root, detail: String(describing: error))
        }
    }
}

/// Where a value stands, as a list from the inside out: hardly any path is ever asked for.
struct JSONPath {
    private final class Step {
        let key: any CodingKey
        let outer: Step?

        init(_ key: any CodingKey, in outer: Step?) {
            (self.key, self.outer) = (key, outer)
        }
    }

    private let last: Step?

    static var root: JSONPath { JSONPath(last: nil) }

    private init(last: Step?) {
        self.last = last
    }

    func appending(_ key: any CodingKey) -> JSONPath { JSONPath(last: Step(key, in: last)) }

    /// From the outside in.
    var keys: [any CodingKey] {
        var keys: [any CodingKey] = []
        var step = last
        while let current = step {
            keys.append(current.key)
            step = current.outer
        }
        return keys.reversed()
    }

    /// As people write it.
    var text: String { CanonicalJSONError.path(keys) }
}

/// A member or element of what stands at a path. Most are leaves, whose own path is never made.
struct JSONPlace {
    let outer: JSONPath
    /// `nil` for what stands at ``outer`` itself.
    let key: (any CodingKey)?

    static var root: JSONPlace { JSONPlace(outer: .root, key: nil) }

    var path: JSONPath { key.map(outer.appending) ?? outer }
}

/// A member name or an index that stands in a path.
enum PathKey: CodingKey {
    case name(String)
    case index(Int)

    init(stringValue: String) { self = .name(stringValue) }
    init(intValue: Int) { self = .index(intValue) }

    var stringValue: String {
        switch self {
        case .name(let name): name
        case .index(let index): String(index)
        }
    }

    var intValue: Int? { if case .index(let index) = self { index } else { nil } }
}
