import ArgumentParser
import BlobStore

struct GetBlob: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Write a block's bytes, checked against its CID.",
        discussion: """
            Nothing is written unless the bytes are the right ones. Exits with 1 where the block is missing or \
            damaged.

            EXAMPLE:
              chancery blob get bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e > report.pdf
            """)

    @Argument(help: ArgumentHelp("The block's CID.", valueName: "cid"), transform: { try CID(parsing: $0) })
    var cid: CID

    @OptionGroup var output: OutputOptions
    @OptionGroup var store: StoreOptions

    func run() throws {
        try output.write(store.openForReading().get(cid).data)
    }
}
