import ArgumentParser
import BlobStore
import Foundation

struct ExportBlobs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write blocks, and all that they link to, as one CAR file.",
        discussion: """
            A dataset travels under its manifest's CID. The same roots give the same bytes. Exits with 1 where a \
            block is missing or damaged; then FILE is not written.

            EXAMPLE:
              chancery blob export baguqeera… --output dataset.car
            """)

    @Argument(help: ArgumentHelp("The CIDs to begin from.", valueName: "cid"), transform: { try CID(parsing: $0) })
    var roots: [CID]

    @OptionGroup var output: OutputOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        if json.isRequested, output.path == nil {
            throw ValidationError("--json needs --output FILE: standard output carries the CAR file")
        }
    }

    func run() throws {
        let blobs = try store.openForReading()
        let progress = ProgressBar("exporting", unit: "bytes", total: nil)
        let summary = try output.stream { sink in
            var metered = MeteredSink(sink, progress: progress)
            return try blobs.exportDAG(roots: roots, to: &metered)
        }
        progress.finish()
        guard let path = output.path else { return }
        try json.print(CARReport(summary)) {
            "exported \(Quantity.counted(summary.blockCount, "block")), \(Quantity.bytes(summary.byteCount)), to "
                + Printable.line(path)
        }
    }
}

/// What `export --json` and `import --json` print.
struct CARReport: Encodable {
    let blocks: Int
    let bytes: Int
    let roots: [CID]

    init(_ summary: CARSummary) {
        blocks = summary.blockCount
        bytes = summary.byteCount
        roots = summary.roots
    }
}
