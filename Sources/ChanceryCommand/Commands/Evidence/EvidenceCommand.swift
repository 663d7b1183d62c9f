import ArgumentParser
import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import SharingModel

struct EvidenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Write everything that is needed to check a result, or an opening by escrow, offline into one file.",
        discussion: """
            Of a result: the one to whom it was opened puts the figures into the file; treat it as you treat them. Of a \
            request to open one cell: who asked and why, who was told, who granted it and when. What the cell says is \
            left out, unless who opened it gives --with-value; the file then holds the shard in which the cell stands, \
            with the public columns of its rows.

            EXAMPLE:
              chancery evidence 9c01ab --output spending.evidence --as statistics
              chancery evidence 3f9a2c --with-value --output case-4.evidence --as audit
            """)

    @Argument(help: "Any beginning of the id of a result, or of a request for an opening.")
    var subject: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"), completion: .file())
    var output: String

    @Flag(help: "Of a request: put in what the cell says, and what proves it.")
    var withValue = false

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let session = try options.session()
        switch try session.evidenceSubject(matching: subject) {
        case .result(let id):
            guard !withValue else {
                throw ValidationError("--with-value is for requests; evidence of a result holds its opening anyway")
            }
            try print(ExportEvidence(id.hex).run(as: session, to: URL(filePath: output)))
        case .request(let id):
            try ExportCellEvidence(id.hex, withValue: withValue).run(as: session, to: URL(filePath: output))
                .print(output, json)
        }
    }

    private func print(_ exported: ExportEvidence.Exported) throws {
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

extension ExportCellEvidence.Exported {
    func print(_ file: String, _ json: JSONOptions) throws {
        var document: [String: JSONValue] = [
            "root": .string(root), "file": .string(file), "transactions": .integer(Int64(transactions)),
            "bytes": .integer(Int64(bytes)), "hasOpening": .bool(hasValue),
            "manifest": .string(cell.manifest.text), "row": .integer(cell.row), "field": .string(cell.field),
        ]
        if let request { document["request"] = .string(request.hex) }
        try json.print(JSONValue.object(document)) {
            "\(file): \(transactions) transactions with their proofs, \(Quantity.bytes(bytes))\n"
                + (hasValue
                    ? "with what the cell says: treat the file as you treat that\n"
                    : "without what the cell says; --with-value puts it in\n")
                + "check it with `chancery verify \(file)`"
        }
    }
}
