import ArgumentParser
import CanonicalJSON
import Foundation
import Gateway
import SharingModel

struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Single records of your own sealed columns.",
        discussion: """
            EXAMPLE:
              chancery record open site1-2026 --row 17 --field name --as site1
            """,
        subcommands: [OpenRecordCommand.self, RecordEvidenceCommand.self])
}

struct OpenRecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Read one cell of your own sealed column, with your own key.",
        discussion: """
            EXAMPLE:
              chancery record open site1-2026 --row 17 --field name --as site1
            """)

    @Argument(help: "The dataset's name.")
    var dataset: DatasetName

    @Option(help: ArgumentHelp("The row, from 0.", valueName: "n"))
    var row: Int

    @Option(help: ArgumentHelp("The sealed column.", valueName: "column"))
    var field: String

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let value = try OpenOwnRecord(dataset: dataset, row: row, field: field).run(as: options.session())
        let document: JSONValue = .object([
            "dataset": .string(dataset.text), "row": .integer(Int64(row)), "field": .string(field),
            "value": .string(value),
        ])
        try json.print(document) { value }
    }
}

struct RecordEvidenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Show what one cell of your own sealed column says, so that anybody can check it offline.",
        discussion: """
            The file holds the shard in which the cell stands, with the public columns of its rows. It opens this cell and \
            no other. Nothing is recorded: the data are yours.

            EXAMPLE:
              chancery record evidence site1-2026 --row 17 --field name --output case-4.evidence --as site1
            """)

    @Argument(help: "The dataset's name.")
    var dataset: DatasetName

    @Option(help: ArgumentHelp("The row, from 0.", valueName: "n"))
    var row: Int

    @Option(help: ArgumentHelp("The sealed column.", valueName: "column"))
    var field: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"), completion: .file())
    var output: String

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        try ExportOwnCellEvidence(dataset: dataset, row: row, field: field)
            .run(as: options.session(), to: URL(filePath: output)).print(output, json)
    }
}
