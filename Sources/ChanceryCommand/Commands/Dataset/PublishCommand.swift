import ArgumentParser
import BlobStore
import CanonicalJSON
import Foundation
import Gateway
import SharingModel

struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Seal a table and publish it: ciphertext into the blob store, its digest onto the ledger.",
        discussion: """
            The CSV is checked against the schema to its last row before anything is encrypted. Columns that the \
            schema does not name stay at home. A command that was killed can be run again: nothing is sealed or \
            published twice.

            EXAMPLE:
              chancery publish site1.csv --schema health.schema.json --pool health --name site1-2026 --as site1
            """)

    @Argument(help: "The table, with a header line.", completion: .file(extensions: ["csv"]))
    var csv: String

    @Option(help: ArgumentHelp("The table's schema.", valueName: "file"), completion: .file(extensions: ["json"]))
    var schema: String

    @Option(help: ArgumentHelp("The pool under whose key it is sealed.", valueName: "name"))
    var pool: PoolName

    @Option(help: ArgumentHelp("The dataset's name.", valueName: "dataset"))
    var name: DatasetName

    @Option(help: ArgumentHelp("Joint owners, who approve with `dataset approve`. (default: you)", valueName: "a,b,…"))
    var owners: NameList<NameKind.Party>?

    @Option(help: ArgumentHelp("How many owners must approve a token. (default: all)", valueName: "k"))
    var approvals: Int?

    @Option(help: ArgumentHelp("When the data become stale: a date, a time, or 90d.", valueName: "time"))
    var validUntil: TimeArgument?

    @Flag(help: "Publish a new version of a dataset that is there.")
    var replace = false

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let session = try options.session()
        let publication = PublishTable(
            csv: URL(filePath: csv), schema: URL(filePath: schema), pool: pool, dataset: name,
            owners: owners?.names ?? [], approvals: approvals, validUntil: validUntil?.moment(now: .now()),
            replacing: replace)
        let progress = RowProgress("sealing")
        defer { progress.finish() }
        let published = try await publication.run(as: session) { progress.update($0, of: $1) }
        progress.finish()
        if !published.sealed.unpublishedColumns.isEmpty, !published.wasThere {
            ErrorReport.warn(
                "not in the schema, and so not published: "
                    + published.sealed.unpublishedColumns.joined(separator: ", "))
        }
        try report(published)
    }

    private func report(_ published: PublishTable.Published) throws {
        let sealed = published.sealed
        try json.print(
            published.receipt.document([
                "dataset": .string(name.text), "manifest": .string(sealed.manifest.text),
                "rows": .integer(Int64(sealed.rows)), "shards": .integer(Int64(sealed.shards)),
                "bytes": .integer(Int64(sealed.bytes)),
            ])
        ) {
            let verb = published.wasThere ? "was published already" : "published"
            return "\(name) \(verb): \(Quantity.counted(sealed.rows, "row")) in "
                + "\(Quantity.counted(sealed.shards, "shard")), \(Quantity.bytes(sealed.bytes))\n"
                + "manifest \(sealed.manifest)\n\(published.receipt.line)"
        }
    }
}
