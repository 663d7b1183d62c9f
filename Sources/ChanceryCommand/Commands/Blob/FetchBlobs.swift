import ArgumentParser
import BlobStore
import Gateway

struct FetchBlobs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Take blocks, with all that they link to, from a department's node.",
        discussion: """
            CHANCERY_NODE names the node. Shards come only over https://, to members and to holders of active tokens \
            on the dataset that holds them; what is here already is not taken again. Commands that need a block take \
            it by themselves: this is for having it beforehand.

            EXAMPLE:
              CHANCERY_NODE=https://gw1:7051 chancery blob fetch baguqeerat… --as statistics
            """)

    @Argument(
        help: ArgumentHelp("CIDs, such as a dataset's manifest.", valueName: "cid"),
        transform: { try CID(parsing: $0) })
    var cids: [CID]

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        if cids.isEmpty { throw ValidationError("give at least one CID") }
    }

    func run() throws {
        let session = try options.session()
        var (count, bytes) = (0, 0)
        try session.blobs.walk(from: cids) { block in
            count += 1
            bytes += block.data.count
        }
        try json.print(Fetched(blocks: count, bytes: bytes, roots: cids)) {
            "\(count) blocks, \(bytes) bytes, are here"
        }
    }

    private struct Fetched: Encodable {
        let blocks: Int
        let bytes: Int
        let roots: [CID]
    }
}
