package import CanonicalJSON

/// One public value of a group: what SQLite gives for an expression over public columns.
///
/// Texts are compared by their UTF-8 bytes, as SQLite does, and not by Unicode's canonical equivalence: two spellings
/// of one letter are two groups, for everybody.
package enum GroupValue: Sendable {
    case null
    case integer(Int64)
    case text(String)
}

extension GroupValue: Hashable {
    package static func == (left: GroupValue, right: GroupValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.integer(let left), .integer(let right)): left == right
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .integer(let value): hasher.combine(value)
        case .text(let text): for byte in text.utf8 { hasher.combine(byte) }
        }
    }
}

extension GroupValue: Comparable {
    /// Null first, then integers by number, then texts by bytes: SQLite's order.
    package static func < (left: GroupValue, right: GroupValue) -> Bool {
        switch (left, right) {
        case (_, .null): false
        case (.null, _): true
        case (.integer(let left), .integer(let right)): left < right
        case (.integer, .text): true
        case (.text, .integer): false
        case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        }
    }
}

extension GroupValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .integer(let value): try container.encode(value)
        case .text(let text): try container.encode(text)
        }
    }
}

extension GroupValue {
    package var json: JSONValue {
        switch self {
        case .null: .null
        case .integer(let value): .integer(value)
        case .text(let text): .string(text)
        }
    }
}

extension GroupValue: CustomStringConvertible {
    /// As a statement would write it.
    package var description: String {
        switch self {
        case .null: "NULL"
        case .integer(let value): String(value)
        case .text(let text): SQLVocabulary.quotedText(text)
        }
    }
}

/// The values that make a group, in the order of the plan's `groupBy`; none for an ungrouped plan.
package struct GroupKey: Hashable, Comparable, Sendable {
    package let values: [GroupValue]

    package init(_ values: [GroupValue]) {
        self.values = values
    }

    package static func < (left: GroupKey, right: GroupKey) -> Bool {
        left.values.lexicographicallyPrecedes(right.values)
    }
}

extension GroupKey: Codable {
    package init(from decoder: any Decoder) throws {
        values = try decoder.singleValueContainer().decode([GroupValue].self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }
}

extension GroupKey: CustomStringConvertible {
    package var description: String {
        values.isEmpty ? "all rows" : "(" + values.map(\.description).joined(separator: ", ") + ")"
    }
}
