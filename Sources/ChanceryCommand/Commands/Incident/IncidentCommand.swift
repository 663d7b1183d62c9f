import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import SharingModel

struct IncidentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incident",
        abstract: "Incidents at enterprises, under their pseudonyms: record, list.",
        discussion: """
            EXAMPLE:
              chancery incident list
            """,
        subcommands: [RecordIncidentCommand.self, ListIncidents.self])
}

struct RecordIncidentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record an incident. Everybody on the ledger can read it.",
        discussion: """
            Where the accounting right is contested, the last ten incidents are what idle departments sort by time.

            EXAMPLE:
              chancery incident record --enterprise 7f3a09 --occurred 2026-11-20T14:05:00Z --as site1
            """)

    @Option(help: ArgumentHelp("The enterprise's pseudonym, never its name.", valueName: "pseudonym"))
    var enterprise: String

    @Option(help: ArgumentHelp("When it happened: 2026-11-20T14:05:00Z, or a day.", valueName: "time"))
    var occurred: MomentArgument

    @Option(help: ArgumentHelp("What happened, without names.", valueName: "text"))
    var summary: String?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let receipt = try await options.session().recordIncident(
            enterprise: enterprise, occurred: occurred.moment, summary: summary)
        try json.print(
            receipt.document([
                "enterprise": .string(enterprise), "occurred": .string(occurred.moment.description),
            ])
        ) { "incident at \(Printable.line(enterprise)) recorded\n\(receipt.line)" }
    }
}

struct ListIncidents: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the incidents in the order of recording.",
        discussion: """
            EXAMPLE:
              chancery incident list --json
            """)

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let incidents = try options.session().state { try $0.incidents() }
        try json.print(JSONValue.object(["incidents": .array(incidents.map(ListIncidents.document))])) {
            guard !incidents.isEmpty else { return "there are no incidents" }
            var table = TextTable(
                .number("number"), .text("occurred"), .text("enterprise"), .text("recorded by"), .text("summary"))
            for incident in incidents {
                table.append(
                    String(incident.number), incident.occurred.description, incident.enterprise, incident.by.text,
                    incident.summary ?? "")
            }
            return table.text()
        }
    }

    private static func document(_ incident: IncidentRecord) -> JSONValue {
        .object([
            "by": .string(incident.by.text), "enterprise": .string(incident.enterprise),
            "number": .integer(incident.number), "occurred": .string(incident.occurred.description),
            "recorded": .string(incident.at.description),
            "summary": incident.summary.map { .string($0) } ?? .null, "transaction": .string(incident.id.hex),
        ])
    }
}
