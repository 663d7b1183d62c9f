import ArgumentParser
import BlobStore
import CanonicalJSON
import Contracts
import Gateway
import QueryPlans
import SharingModel

struct ResultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "result",
        abstract: "Results: list, show what was opened to you, endorse after computing again.",
        discussion: """
            EXAMPLE:
              chancery result show 9c01ab --as statistics
            """,
        subcommands: [ListResults.self, ShowResultCommand.self, EndorseResultCommand.self])
}

struct ListResults: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List all recorded results.",
        discussion: """
            EXAMPLE:
              chancery result list
            """)

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let results = try options.session().state { try $0.results() }.sorted { $0.record.at < $1.record.at }
        try json.print(
            JSONValue.object([
                "results": .array(
                    results.map { result in
                        .object([
                            "result": .string(result.record.id.hex), "plan": .string(result.record.plan.text),
                            "token": .string(result.record.token.hex), "executor": .string(result.record.executor.text),
                            "status": .string(ListResults.status(result)), "at": .string(result.record.at.description),
                        ])
                    })
            ])
        ) {
            guard !results.isEmpty else { return "no result was recorded yet" }
            var table = TextTable(
                .text("result"), .text("by"), .text("status"), .text("at"), .number("groups"), .text("endorsed by"))
            for result in results {
                table.append(
                    String(result.record.id.hex.prefix(12)), result.record.executor.text, ListResults.status(result),
                    result.record.at.description, String(result.record.releasedGroups),
                    result.endorsements.map(\.party.text).joined(separator: ","))
            }
            return table.text()
        }
    }

    private static func status(_ result: RecordedResult) -> String {
        if result.opening != nil { return "opened" }
        return result.openingRefusal == nil ? "computed" : "refused"
    }
}

struct ShowResultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a result; its figures, to the one to whom it was opened.",
        discussion: """
            EXAMPLE:
              chancery result show 9c01ab --as statistics
              chancery result show 9c01ab --csv --as statistics > spending.csv
            """)

    @Argument(help: "Any beginning of the result's id.")
    var result: String

    @Flag(help: "Print CSV.")
    var csv = false

    @Option(help: ArgumentHelp("Digits behind the point of means and variances.", valueName: "n"))
    var digits = OpenedTable.standardDigits

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard (0...OpenedTable.mostDigits).contains(digits) else {
            throw ValidationError("--digits must be 0 to \(OpenedTable.mostDigits)")
        }
        guard !(csv && json.isRequested) else { throw ValidationError("give --csv or --json, not both") }
    }

    func run() throws {
        let session = try options.session()
        let shown = try session.show(result: result, digits: digits)
        let reports = try session.state { ReportJudge($0, blobs: session.blobs).reports(of: shown.recorded) }
        try json.print(ResultDocument.value(shown, reports)) {
            guard let table = shown.table else {
                switch shown.status {
                case .computed: return ResultDocument.waiting(shown.recorded, reports)
                case .refused:
                    return "the custodian refused to open it: \(shown.recorded.openingRefusal?.reason ?? "")"
                case .opened: return "opened for \(shown.recorded.record.executor), who alone can read it"
                }
            }
            if csv { return ResultDocument.csv(table) }
            let left =
                table.refused.isEmpty
                ? "" : "\n\(Quantity.counted(table.refused.count, "group")) left out: \(table.refused[0].reason)"
            return ResultDocument.table(table) + left
        }
    }
}

struct EndorseResultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endorse",
        abstract: "Compute a recorded result again, and say on the ledger whether it is right.",
        discussion: """
            A department that finds other bytes records a dispute, and the command ends with 1.

            EXAMPLE:
              chancery result endorse 9c01ab --as site2
            """)

    @Argument(help: "Any beginning of the result's id.")
    var result: String

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let session = try options.session()
        let progress = RowProgress("recomputing")
        defer { progress.finish() }
        let endorsed = try await EndorseRecordedResult(result).run(as: session, progress: progress.executor)
        progress.finish()
        let verdict = endorsed.agrees ? "endorsed" : "disputed"
        try json.print(
            endorsed.receipt.document(["result": .string(endorsed.result.hex), "verdict": .string(verdict)])
        ) { "\(verdict): result \(endorsed.result.hex.prefix(12))\n\(endorsed.receipt.line)" }
        if !endorsed.agrees { throw ExitCode(ExitStatus.refused.rawValue) }
    }
}
