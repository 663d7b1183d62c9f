import CanonicalJSON
import Foundation

/// Mutations that keep JSON well formed, so that they come behind the parser: members exchanged, dropped, doubled,
/// given values of other types.
enum JSONMutator {
    static func mutated(_ input: Data, _ corpus: [Data], using generator: inout CaseGenerator) -> Data {
        guard let tree = try? CanonicalJSON.parse(input) else { return input }
        let others = (try? CanonicalJSON.parse(generator.pick(corpus))).map(parts(of:)) ?? []
        let target = generator.below(parts(of: tree).count)
        var counter = 0
        let changed = rewritten(tree, target, &counter) { part in
            replacement(for: part, others, using: &generator)
        }
        guard let bytes = try? CanonicalJSON.serialize(changed) else { return input }
        return generator.below(16) == 0 ? doubled(bytes) : bytes
    }

    /// The value and all within it, parents first.
    private static func parts(of value: JSONValue) -> [JSONValue] {
        switch value {
        case .array(let elements): [value] + elements.flatMap(parts(of:))
        case .object(let members): [value] + members.sorted { $0.key < $1.key }.flatMap { parts(of: $0.value) }
        case .null, .bool, .integer, .number, .string: [value]
        }
    }

    private static func rewritten(
        _ value: JSONValue, _ target: Int, _ counter: inout Int, _ change: (JSONValue) -> JSONValue
    ) -> JSONValue {
        let own = counter
        counter += 1
        if own == target { return change(value) }
        switch value {
        case .array(let elements):
            var changed = [JSONValue]()
            for element in elements { changed.append(rewritten(element, target, &counter, change)) }
            return .array(changed)
        case .object(let members):
            var changed = [String: JSONValue]()
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                changed[name] = rewritten(member, target, &counter, change)
            }
            return .object(changed)
        case .null, .bool, .integer, .number, .string: return value
        }
    }

    private static func replacement(
        for value: JSONValue, _ others: [JSONValue], using generator: inout CaseGenerator
    ) -> JSONValue {
        if generator.below(3) == 0, !others.isEmpty { return generator.pick(others) }
        switch value {
        case .array(var elements) where generator.below(4) != 0:
            let at = generator.below(elements.count)
            switch generator.below(4) {
            case 0 where !elements.isEmpty: elements.remove(at: at)
            case 1 where !elements.isEmpty: elements.append(elements[at])
            case 2 where !elements.isEmpty: elements.swapAt(at, generator.below(elements.count))
            default: elements.append(generator.pick(hostileValues))
            }
            return .array(elements)
        case .object(var members) where generator.below(4) != 0:
            let names = members.keys.sorted()
            guard !names.isEmpty else { return .object(["a": .null]) }
            let name = generator.pick(names)
            switch generator.below(4) {
            case 0: members[name] = nil
            case 1: members[name + "x"] = members[name]
            case 2: members[name] = members[generator.pick(names)]
            default: members[generator.pick(["/", "", "\u{0}", "e\u{301}", "version", "__proto__"])] = .integer(1)
            }
            return .object(members)
        case .integer(let number) where generator.below(2) == 0:
            return .integer(generator.pick([number &+ 1, number &- 1, 0, -number, number / 2]))
        case .string(let text) where generator.below(2) == 0:
            return .string(changed(text, using: &generator))
        default: return generator.pick(hostileValues)
        }
    }

    private static func changed(_ text: String, using generator: inout CaseGenerator) -> String {
        var scalars = Array(text.unicodeScalars)
        let at = generator.below(scalars.count)
        switch generator.below(5) {
        case 0 where !scalars.isEmpty: scalars.remove(at: at)
        case 1 where !scalars.isEmpty:
            scalars[at] = generator.pick(["0", "f", "A", "=", "/", "+", " ", "-", "é", "\u{0}"])
        case 2: return text + text
        case 3: return generator.pick(Mutator.hostileNumbers)
        default: scalars.append(generator.pick(["0", "=", "\n", "\u{301}", "z"]))
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// The first member of the outermost object twice, which no parse of a dictionary shows.
    private static func doubled(_ bytes: Data) -> Data {
        guard bytes.first == UInt8(ascii: "{"), bytes.count > 2 else { return bytes }
        return Data("{".utf8) + bytes.dropFirst().dropLast() + Data(",".utf8) + bytes.dropFirst()
    }

    private static let largest = JSONValue.largestInteger

    private static let hostileValues: [JSONValue] = [
        .null, .bool(true), .integer(0), .integer(-1), .integer(1), .integer(largest), .integer(-largest),
        .integer(1 << 31), .integer(1 << 32), .integer(1 << 52), .integer(64), .integer(65_536), .number(0.5),
        .number(1e300), .number(-1e-300), .string(""), .string("a"), .string("-1"), .string("1e400"), .string("AAAA"),
        .string("AA=="), .string(String(repeating: "9", count: 5_000)), .string(String(repeating: "x", count: 20_000)),
        .array([]), .object([:]), .array(Array(repeating: .integer(1), count: 500)),
        (0..<60).reduce(JSONValue.null) { inner, _ in .array([inner]) },
    ]
}
