import ArgumentParser
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import Ledger
import SharingModel

struct PseudonymCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pseudonym",
        abstract: "One pseudonym for one person in a whole section, by a key that no department has.",
        discussion: """
            Where the policy names a custodian for a section, departments get their pseudonyms from it: they send \
            blinded values, and it evaluates them without seeing one. How many, and for whom, stands on the ledger. See \
            docs/pseudonyms.md.

            EXAMPLE:
              chancery pseudonym request site1.csv --schema health.schema.json --as site1
            """,
        subcommands: [
            CreatePseudonymKeyCommand.self, RequestPseudonymsCommand.self, EvaluateCommand.self, ListPseudonyms.self,
            ShowPseudonymsCommand.self, ReferenceCommand.self,
        ])
}

struct RequestPseudonymsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Ask the section's custodian for the pseudonyms of a table's values, without showing it one.",
        discussion: """
            Run it again when the custodian has answered, or publish: either takes the answer in and checks every proof \
            of it. What was evaluated for you before is not asked for again.

            EXAMPLE:
              chancery pseudonym request site1.csv --schema health.schema.json --as site1
            """)

    @Argument(help: "The table, with a header line.", completion: .file(extensions: ["csv"]))
    var csv: String

    @Option(help: ArgumentHelp("The table's schema.", valueName: "file"), completion: .file(extensions: ["json"]))
    var schema: String

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let session = try options.session()
        let progress = RowProgress("blinding")
        defer { progress.finish() }
        let obtained = try await ObtainPseudonyms(csv: URL(filePath: csv), schema: URL(filePath: schema))
            .run(as: session) { progress.update($0, of: $1) }
        progress.finish()
        for request in obtained.refused {
            ErrorReport.warn(
                "\(obtained.custodian) refused request \(request.id.hex.prefix(12)): \(request.answer?.refusal ?? "")")
        }
        for request in obtained.lapsed {
            ErrorReport.warn(
                "the key that request \(request.id.hex.prefix(12)) was for has been replaced; what this table needs of it is"
                    + " asked for under the one in use")
        }
        try json.print(document(obtained)) { text(obtained) }
    }

    private func document(_ obtained: ObtainPseudonyms.Obtained) -> JSONValue {
        .object([
            "values": .integer(Int64(obtained.values)), "known": .integer(Int64(obtained.known)),
            "waiting": .integer(Int64(obtained.waiting)),
            "requests": .array(
                obtained.requests.map {
                    $0.receipt.document([
                        "request": .string($0.receipt.transaction.hex), "count": .integer(Int64($0.count)),
                    ])
                }),
        ])
    }

    private func text(_ obtained: ObtainPseudonyms.Obtained) -> String {
        let requests = obtained.requests.map {
            "request \($0.receipt.transaction.hex.prefix(12)): \(Quantity.counted($0.count, "value"))\n\($0.receipt.line)"
        }
        let state =
            obtained.waiting == 0
            ? "all of them are at hand: the table can be published"
            : "\(obtained.known) at hand, \(obtained.waiting) wait for \(obtained.custodian) to evaluate them"
        return (requests + ["\(Quantity.counted(obtained.values, "value")): \(state)"]).joined(separator: "\n")
    }
}

struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Evaluate what departments have blinded, with a proof for each.",
        discussion: """
            For the section's custodian. You learn how many values there are, and nothing of them. A request with \
            anything but the points that it counts is refused on the ledger, and the command ends with 1.

            EXAMPLE:
              chancery pseudonym evaluate 3f9a2c --as ministry
            """)

    @Argument(help: "The request's id, or its beginning. (default: all that wait)")
    var request: String?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let progress = RowProgress("evaluating")
        defer { progress.finish() }
        let answers = try await EvaluateRequest(request).run(as: options.session()) { progress.update($0, of: $1) }
        progress.finish()
        try json.print(
            JSONValue.array(
                answers.map { answer in
                    answer.receipt.document([
                        "request": .string(answer.request.id.hex),
                        "department": .string(answer.request.department.text),
                        "count": .integer(answer.request.terms.count), "evaluated": .bool(answer.refusal == nil),
                    ])
                })
        ) { answers.isEmpty ? "no request waits for you" : answers.map(line).joined(separator: "\n") }
        if answers.contains(where: { $0.refusal != nil }) { throw ExitCode(1) }
    }

    private func line(_ answer: EvaluateRequest.Evaluated) -> String {
        let request = "request \(answer.request.id.hex.prefix(12)) of \(answer.request.department)"
        let count = Quantity.counted(Int(answer.request.terms.count), "value")
        return "\(request): \(answer.refusal.map { "REFUSED: \($0)" } ?? "\(count) evaluated")\n\(answer.receipt.line)"
    }
}
