import ArgumentParser
import BlobStore
import Foundation

struct ImportBlobs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Store the blocks of a CAR file, and print its roots.",
        discussion: """
            The roots are printed when they, and all that they link to, are stored and checked. Exits with 2 where \
            the file is no CAR file or is cut off, with 1 where a block is not what its CID names.

            EXAMPLE:
              chancery blob import dataset.car --store ./blobs
            """)

    @Argument(help: "The CAR file; '-' is standard input.")
    var file: InputFile

    @OptionGroup var store: StoreOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let source = try file.open()
        let progress = ProgressBar("importing", unit: "bytes", total: file.byteCount)
        defer { progress.finish() }
        let summary = try FileContext.of(file) {
            try store.openForWriting().importCAR(from: MeteredSource(source, progress: progress))
        }
        progress.finish()
        try json.print(CARReport(summary)) { summary.roots.map(\.text).joined(separator: "\n") }
    }
}
