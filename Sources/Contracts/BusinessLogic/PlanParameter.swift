/// A blank of a registered plan, and what may be put into it.
///
/// `allowed`, where given, lists all values. Otherwise an integer may be bounded by `minimum` and `maximum`, and a
/// text has at most 200 characters.
package struct PlanParameter: Codable, Hashable, Sendable {
    package enum ValueType: String, Codable, Hashable, Sendable {
        case integer
        case string
    }

    /// 1 to 64 letters, digits or `_`, beginning with a letter.
    package let name: String
    package let type: ValueType
    package let allowed: [ParameterValue]?
    package let minimum: Int64?
    package let maximum: Int64?

    package init(
        name: String, type: ValueType, allowed: [ParameterValue]? = nil, minimum: Int64? = nil, maximum: Int64? = nil
    ) {
        self.name = name
        self.type = type
        self.allowed = allowed
        self.minimum = minimum
        self.maximum = maximum
    }
}

/// What is put into a blank: a JSON integer or a JSON string.
package enum ParameterValue: Hashable, Sendable {
    /// Within ±(2⁵³ − 1).
    case integer(Int64)
    case string(String)
}

extension ParameterValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .string(text)
        } else {
            self = .integer(try container.decode(Int64.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .integer(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        }
    }
}

extension ParameterValue: CustomStringConvertible {
    package var description: String {
        switch self {
        case .integer(let number): String(number)
        case .string(let text): text
        }
    }
}
