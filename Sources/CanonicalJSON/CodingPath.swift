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

/// A member name or an index that stands in a path.
struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}
