import ArgumentParser
import CanonicalJSON
import Foundation
import Gateway
import Ledger
import SharingModel

struct CheckLedger: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck",
        abstract: "Execute everything again from the first entry, and compare all that is stored.",
        discussion: """
            EXAMPLE:
              chancery ledger fsck
            """)

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let report = try options.session().audit()
        try json.print(
            JSONValue.object([
                "sound": .bool(report.findings.isEmpty), "transactions": .integer(Int64(report.transactions)),
                "blocks": .integer(Int64(report.executedBlocks)),
                "root": report.root.map { .string($0.hex) } ?? .null,
                "findings": .array(report.findings.map { .string("\($0)") }),
            ])
        ) {
            report.findings.isEmpty
                ? "sound: \(Quantity.counted(report.executedBlocks, "block")) executed again, "
                    + "\(Quantity.counted(report.transactions, "transaction")), root \(report.root?.hex ?? "none")"
                : report.findings.map { "\($0)" }.joined(separator: "\n")
        }
        if !report.findings.isEmpty { throw ExitCode(ExitStatus.refused.rawValue) }
    }
}

struct ExportLedger: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the whole ledger as lines of JSON, for auditors.",
        discussion: """
            EXAMPLE:
              chancery ledger export --output health.ledger.jsonl
            """)

    @OptionGroup var output: OutputOptions
    @OptionGroup var options: ReadingOptions

    func run() throws {
        let session = try options.session()
        try output.stream { write in try session.ledger.export(to: write) }
    }
}
