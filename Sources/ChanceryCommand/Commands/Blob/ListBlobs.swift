import ArgumentParser
import BlobStore

struct ListBlobs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the store's blocks, sorted by CID.",
        discussion: """
            EXAMPLE:
              chancery blob list --store ./blobs
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let blobs = try store.openForReading()
        // A block may go between the two looks; then it is not listed.
        let blocks = try blobs.cids().compactMap { cid in
            try blobs.size(of: cid).map { ListedBlock(bytes: $0, cid: cid) }
        }
        try json.print(["blocks": blocks]) {
            guard !blocks.isEmpty else { return "" }
            var table = TextTable(.text("cid"), .number("bytes"))
            for block in blocks { table.append(block.cid.text, Quantity.count(block.bytes)) }
            return table.text()
        }
    }
}

private struct ListedBlock: Encodable {
    let bytes: Int
    let cid: CID
}
