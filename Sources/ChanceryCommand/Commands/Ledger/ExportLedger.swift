import ArgumentParser
import Gateway
import Ledger

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
