import ArgumentParser
import BlobStore
import Foundation

struct PutBlob: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Store files as blocks, and print their CIDs.",
        discussion: """
            One CID a line, in the order of the files. A block is durable when its CID is printed.

            EXAMPLE:
              chancery blob put report.pdf --store ./blobs
              echo '{"see": {"/": "bafkrei…"}}' | chancery blob put - --codec dag-json
            """)

    @Argument(help: "The files, each at most 1 MiB; '-' is standard input.")
    var files: [InputFile]

    @Option(help: "How the bytes are to be read: raw, or dag-json where they link to other blocks.")
    var codec: CodecArgument = .raw

    @OptionGroup var store: StoreOptions
    @OptionGroup var json: JSONOptions

    /// Read before the limit of a block is looked at, so that the message can tell the size.
    private static let readLimit = 64 << 20

    func run() throws {
        try InputFile.requireOneStandardInput(files)
        let blobs = try store.openForWriting()
        var stored: [StoredFile] = []
        for file in files {
            let block = try FileContext.of(file) {
                let block = try Block(file.contents(limit: PutBlob.readLimit), codec: codec.codec)
                // Refuses dag-json that could not be followed later.
                _ = try DAGJSON.links(in: block)
                try blobs.put(block)
                return block
            }
            stored.append(StoredFile(bytes: block.data.count, cid: block.cid, file: file.path))
            if !json.isRequested { try StandardOutput.print(block.cid.text) }
        }
        if json.isRequested { try StandardOutput.print(json: ["blocks": stored]) }
    }
}

private struct StoredFile: Encodable {
    let bytes: Int
    let cid: CID
    let file: String
}

/// `raw` or `dag-json`, as the multicodec table writes them.
enum CodecArgument: String, ExpressibleByArgument, CaseIterable {
    case raw
    case dagJSON = "dag-json"

    var codec: CID.Codec {
        switch self {
        case .raw: .raw
        case .dagJSON: .dagJSON
        }
    }

    init(_ codec: CID.Codec) {
        switch codec {
        case .raw: self = .raw
        case .dagJSON: self = .dagJSON
        }
    }
}
