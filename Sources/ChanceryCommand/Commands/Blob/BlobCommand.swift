import ArgumentParser

struct BlobCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blob",
        abstract: "Store and carry blocks that are named by their content.",
        discussion: """
            A block is at most 1 MiB and is named by its CID, the SHA-256 of its bytes. Every read checks the bytes \
            against the name. Files in CARv1 form carry a block with all that it links to.

            EXAMPLE:
              chancery blob put report.pdf --store ./blobs
            """,
        subcommands: [
            PutBlob.self, GetBlob.self, StatBlob.self, ListBlobs.self, CheckBlobs.self, ExportBlobs.self,
            ImportBlobs.self, FetchBlobs.self,
        ])
}
