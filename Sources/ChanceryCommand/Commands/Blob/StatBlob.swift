import ArgumentParser
import BlobStore

struct StatBlob: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stat",
        abstract: "Show what blocks are, after checking them; without a CID, what the store holds.",
        discussion: """
            EXAMPLE:
              chancery blob stat --store ./blobs
              chancery blob stat bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e --json
            """)

    @Argument(help: ArgumentHelp("The blocks' CIDs.", valueName: "cid"), transform: { try CID(parsing: $0) })
    var cids: [CID] = []

    @OptionGroup var store: StoreOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let blobs = try store.openForReading()
        if cids.isEmpty {
            try printTotals(of: blobs)
        } else {
            try printBlocks(cids.map { try BlockStatus(of: blobs.get($0)) })
        }
    }

    private func printTotals(of blobs: FileBlobStore) throws {
        let sizes = try blobs.cids().compactMap { try blobs.size(of: $0) }
        let bytes = sizes.reduce(0, +)
        try json.print(["blocks": sizes.count, "bytes": bytes]) {
            "\(Quantity.counted(sizes.count, "block")), \(Quantity.bytes(bytes))"
        }
    }

    private func printBlocks(_ blocks: [BlockStatus]) throws {
        try json.print(["blocks": blocks]) {
            var table = TextTable(.text("cid"), .text("codec"), .number("bytes"), .number("links"))
            for block in blocks {
                table.append(
                    block.cid.text, block.codec, Quantity.count(block.bytes), Quantity.count(block.links.count))
            }
            return table.text()
        }
    }
}

private struct BlockStatus: Encodable {
    let bytes: Int
    let cid: CID
    let codec: String
    let links: [CID]

    init(of block: Block) throws {
        bytes = block.data.count
        cid = block.cid
        codec = CodecArgument(block.cid.codec).rawValue
        links = try DAGJSON.links(in: block)
    }
}
