import ArgumentParser
import CanonicalJSON
import Gateway
import SharingModel

struct OpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Open a recorded result for the one who asked, as the pool's custodian.",
        discussion: """
            The custodian computes the result again from the manifests and the plan on the ledger, and opens only that. \
            The opening is recorded before it is given out, and sealed to the requester.

            EXAMPLE:
              chancery open 9c01ab --as ministry
            """)

    @Argument(help: "Any beginning of the result's id.")
    var result: String

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let session = try options.session()
        let progress = RowProgress("recomputing")
        defer { progress.finish() }
        let opened = try await OpenRecordedResult(result).run(as: session, progress: progress.executor)
        progress.finish()
        try json.print(
            opened.receipt.document([
                "result": .string(opened.result.hex), "status": .string("opened"),
                "grantee": .string(opened.grantee.text),
            ])
        ) {
            opened.wasThere
                ? "result \(opened.result.hex.prefix(12)) had been opened for \(opened.grantee)\n\(opened.receipt.line)"
                : "result \(opened.result.hex.prefix(12)) recomputed, found equal, and opened for \(opened.grantee)\n"
                    + opened.receipt.line
        }
    }
}
