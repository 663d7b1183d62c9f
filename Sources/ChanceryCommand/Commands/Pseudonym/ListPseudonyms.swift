import ArgumentParser
import BlobStore
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import SharingModel

struct ListPseudonyms: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The section's keys for pseudonyms, and who had how many values evaluated.",
        discussion: """
            EXAMPLE:
              chancery pseudonym list --home ./consortium
            """)

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let session = try options.session()
        let (section, time) = (session.ledger.identity.section, try session.blockTime())
        let (rule, keys, requests) = try session.state { state in
            (
                try state.pseudonymRule(for: section), try state.pseudonymKeys(),
                try state.pseudonymRequests().sorted { $0.at < $1.at }
            )
        }
        let (key, departments) = (keys.last { $0.until == nil }, Set(requests.map(\.department)).sorted())
        let asked = try departments.map { department in
            try rule.map { rule in
                try session.state { try $0.pseudonymsAsked(by: department, rule, at: time) }
            } ?? 0
        }
        let document = JSONValue.object([
            "custodian": rule.map { .string($0.custodian.text) } ?? .null,
            "key": key.map { .string($0.id.hex) } ?? .null,
            "replaced": .array(keys.filter { $0.until != nil }.map(Self.document)),
            "limit": rule.map { .integer($0.mostEvaluations) } ?? .null,
            "days": rule.map { .integer($0.periodDays) } ?? .null,
            "counted": .object(
                Dictionary(uniqueKeysWithValues: zip(departments.map(\.text), asked.map { .integer($0) }))),
            "requests": .array(requests.map { Self.document($0, key) }),
        ])
        try json.print(document) {
            guard let rule else { return "section \(section): each department has a key of its own for pseudonyms" }
            let inUse = key.map { String($0.id.hex.prefix(16)) } ?? "not made yet"
            let days = Quantity.counted(Int(rule.periodDays), "day")
            let head =
                "section \(section): key \(inUse) of \(rule.custodian);"
                + " \(rule.mostEvaluations) evaluations a department within \(days)"
            let counted = zip(departments, asked).map { "\($0): \($1) counted" }
            return ([head] + keys.compactMap(Self.replaced) + counted + [Self.table(requests, key)])
                .joined(separator: "\n")
        }
    }

    private static func replaced(_ key: PseudonymKeyRecord) -> String? {
        key.until.map { "key \(key.id.hex.prefix(16)) was in use from \(key.since) to \($0)" }
    }

    private static func document(_ key: PseudonymKeyRecord) -> JSONValue {
        .object([
            "key": .string(key.id.hex), "since": .string(key.since.description),
            "until": key.until.map { .string($0.description) } ?? .null,
        ])
    }

    private static func table(_ requests: [PseudonymRequest], _ key: PseudonymKeyRecord?) -> String {
        guard !requests.isEmpty else { return "no pseudonyms were ever asked for" }
        var table = TextTable(
            .text("request"), .text("by"), .text("at"), .number("count"), .text("status"), .text("reason"))
        for request in requests {
            table.append(
                String(request.id.hex.prefix(12)), request.department.text, request.at.description,
                String(request.terms.count), request.status(under: key?.id).rawValue, reason(request) ?? "")
        }
        return table.text()
    }

    private static func reason(_ request: PseudonymRequest) -> String? {
        request.complaint?.reason ?? request.answer?.refusal
    }

    private static func document(_ request: PseudonymRequest, _ key: PseudonymKeyRecord?) -> JSONValue {
        var members: [String: JSONValue] = [
            "request": .string(request.id.hex), "department": .string(request.department.text),
            "at": .string(request.at.description), "count": .integer(request.terms.count),
            "key": .string(request.terms.key.hex), "elements": .string(request.terms.elements.text),
            "status": .string(request.status(under: key?.id).rawValue),
        ]
        if let evaluated = request.answer?.evaluated { members["evaluated"] = .string(evaluated.text) }
        if let reason = reason(request) { members["reason"] = .string(reason) }
        return .object(members)
    }
}
