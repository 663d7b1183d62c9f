import ArgumentParser
import CanonicalJSON
import Foundation
import Gateway
import SharingModel

struct EvidenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Write everything that is needed to check a result offline into one file.",
        discussion: """
            The one to whom the result was opened puts the figures into it: treat the file as you treat them.

            EXAMPLE:
              chancery evidence 9c01ab --output spending.evidence --as statistics
            """)

    @Argument(help: "Any beginning of the result's id.")
    var result: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"), completion: .file())
    var output: String

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let exported = try ExportEvidence(result).run(as: options.session(), to: URL(filePath: output))
        try json.print(
            JSONValue.object([
                "result": .string(exported.result.hex), "root": .string(exported.root), "file": .string(output),
                "transactions": .integer(Int64(exported.transactions)), "bytes": .integer(Int64(exported.bytes)),
                "hasOpening": .bool(exported.hasOpening),
            ])
        ) {
            "\(output): \(exported.transactions) transactions with their proofs, \(Quantity.bytes(exported.bytes))\n"
                + (exported.hasOpening
                    ? "with the opened figures\n" : "without the figures: they were opened to somebody else\n")
                + "check it with `chancery verify \(output)`"
        }
    }
}
