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
        abstract: "The section's key for pseudonyms, and who had how many values evaluated.",
        discussion: """
            EXAMPLE:
              chancery pseudonym list --home ./consortium
            """)

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let session = try options.session()
        let (section, time) = (session.ledger.identity.section, try session.blockTime())
        let (rule, key, requests) = try session.state { state in
            (
                try state.pseudonymRule(for: section), try state.pseudonymKey(),
                try state.pseudonymRequests().sorted { $0.at < $1.at }
            )
        }
        let departments = Set(requests.map(\.department)).sorted()
        let asked = try departments.map { department in
            try rule.map { rule in
                try session.state { try $0.pseudonymsAsked(by: department, rule, at: time) }
            } ?? 0
        }
        let document = JSONValue.object([
            "custodian": rule.map { .string($0.custodian.text) } ?? .null,
            "key": key.map { .string($0.id.hex) } ?? .null,
            "limit": rule.map { .integer($0.mostEvaluations) } ?? .null,
            "days": rule.map { .integer($0.periodDays) } ?? .null,
            "counted": .object(
                Dictionary(uniqueKeysWithValues: zip(departments.map(\.text), asked.map { .integer($0) }))),
            "requests": .array(requests.map(Self.document)),
        ])
        try json.print(document) {
            guard let rule else { return "section \(section): each department has a key of its own for pseudonyms" }
            let head =
                "section \(section): key \(key.map { String($0.id.hex.prefix(16)) } ?? "not made yet") of \(rule.custodian);"
                + " \(rule.mostEvaluations) evaluations a department within \(Quantity.counted(Int(rule.periodDays), "day"))"
            return ([head] + zip(departments, asked).map { "\($0): \($1) counted" } + [Self.table(requests)])
                .joined(separator: "\n")
        }
    }

    private static func table(_ requests: [PseudonymRequest]) -> String {
        guard !requests.isEmpty else { return "no pseudonyms were ever asked for" }
        var table = TextTable(
            .text("request"), .text("by"), .text("at"), .number("count"), .text("status"), .text("reason"))
        for request in requests {
            table.append(
                String(request.id.hex.prefix(12)), request.department.text, request.at.description,
                String(request.terms.count), request.status.rawValue, reason(request) ?? "")
        }
        return table.text()
    }

    private static func reason(_ request: PseudonymRequest) -> String? {
        request.complaint?.reason ?? request.answer?.refusal
    }

    private static func document(_ request: PseudonymRequest) -> JSONValue {
        var members: [String: JSONValue] = [
            "request": .string(request.id.hex), "department": .string(request.department.text),
            "at": .string(request.at.description), "count": .integer(request.terms.count),
            "elements": .string(request.terms.elements.text), "status": .string(request.status.rawValue),
        ]
        if let evaluated = request.answer?.evaluated { members["evaluated"] = .string(evaluated.text) }
        if let reason = reason(request) { members["reason"] = .string(reason) }
        return .object(members)
    }
}
