import ArgumentParser
import BlobStore

struct CheckBlobs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck",
        abstract: "Read every block of the store and check it against its CID.",
        discussion: """
            Damaged blocks are named and left as they are; putting or importing one again repairs it. Exits with 1 \
            where there is one.

            EXAMPLE:
              chancery blob fsck --store ./blobs
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let blobs = try store.openForReading()
        let cids = try blobs.cids()
        let progress = ProgressBar("checking", unit: "blocks", total: cids.count)
        var damaged: [CID] = []
        for (index, cid) in cids.enumerated() {
            do {
                _ = try blobs.get(cid)
            } catch BlobStoreError.blockDamaged {
                damaged.append(cid)
            }
            progress.update(index + 1)
        }
        progress.finish()
        try json.print(BlobCheck(checked: cids.count, damaged: damaged)) {
            damaged.isEmpty ? "\(Quantity.counted(cids.count, "block")) checked, none damaged" : ""
        }
        guard damaged.isEmpty else { throw DamagedBlocks(cids: damaged, checked: cids.count) }
    }
}

private struct BlobCheck: Encodable {
    let checked: Int
    let damaged: [CID]
}

private struct DamagedBlocks: Failure, CustomStringConvertible {
    let cids: [CID]
    let checked: Int

    var exitStatus: ExitStatus { .refused }
    var description: String {
        "\(Quantity.count(cids.count)) of \(Quantity.counted(checked, "block")) damaged; "
            + "put or import them again, which repairs them:\n" + cids.map { "  \($0)" }.joined(separator: "\n")
    }
}
