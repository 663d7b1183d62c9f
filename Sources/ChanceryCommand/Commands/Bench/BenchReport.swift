import CanonicalJSON
import Foundation

/// What a bench found, for a person and for a script.
struct BenchReport {
    typealias Parameters = [String: JSONValue]

    struct Figure {
        let name: String
        let parameters: Parameters
        let value: Double
        let unit: String
        /// Further members of the figure's JSON, such as `p50_ms`.
        var details: [String: Double] = [:]
    }

    private(set) var figures: [Figure] = []

    mutating func add(_ figure: Figure) {
        figures.append(figure)
    }

    var document: JSONValue {
        .object([
            "machine": .object([
                "cpu": .string(BenchReport.processor),
                "cores": .integer(Int64(ProcessInfo.processInfo.activeProcessorCount)),
            ]),
            "results": .array(figures.map(\.document)),
        ])
    }

    var text: String {
        var table = TextTable(.text("what"), .text("with"), .number("value"), .text("unit"), .text("and"))
        for figure in figures {
            let parameters = figure.parameters.sorted { $0.key < $1.key }.map {
                "\($0.key) \(BenchReport.text($0.value))"
            }
            let details = figure.details.sorted { $0.key < $1.key }.map { "\($0.key) \(BenchReport.text($0.value))" }
            table.append(
                figure.name, parameters.joined(separator: ", "), BenchReport.text(figure.value), figure.unit,
                details.joined(separator: ", "))
        }
        return table.text()
    }

    /// Four significant digits say all that a shared machine can.
    private static func text(_ value: Double) -> String {
        value >= 1_000 ? Quantity.count(Int(value.rounded())) : String(format: "%.4g", value)
    }

    private static func text(_ value: JSONValue) -> String {
        if let number = value.integerValue { return Quantity.count(Int(number)) }
        return value.stringValue ?? ""
    }

    /// The processor's name as Linux gives it.
    private static var processor: String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").dropFirst().first
        return name.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }
}

extension BenchReport.Figure {
    fileprivate var document: JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "parameters": .object(parameters), "value": .rounded(value), "unit": .string(unit),
        ]
        for (name, value) in details { members[name] = .rounded(value) }
        return .object(members)
    }
}

extension JSONValue {
    /// To six significant digits; a whole number as such.
    fileprivate static func rounded(_ value: Double) -> JSONValue {
        let rounded = Double(String(format: "%.6g", value)) ?? value
        return rounded == rounded.rounded() && rounded.magnitude < 1e15 ? .integer(Int64(rounded)) : .number(rounded)
    }
}
