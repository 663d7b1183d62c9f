import ArgumentParser
import CanonicalJSON
import Foundation
import Gateway
import Ledger
import SharingModel

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write a party's home, with its ledgers and blobs, into one file.",
        discussion: """
            Nodes and commands may run meanwhile: each ledger is copied as it is at one moment. Private keys stay \
            encrypted under the party's passphrase. The file is a tar archive that begins with a manifest of digests.

            EXAMPLE:
              chancery backup site1-2026-11-21.tar --home parties/site1
            """)

    @Argument(help: "The file to write; must not be there yet.", completion: .file())
    var file: String

    @OptionGroup var home: HomeOptions
    @OptionGroup var party: PartyOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let home = try HomeLocation(directory: home.directory).home(of: party.party)
        let summary = try BackUpHome(home: home).run(to: URL(filePath: file))
        try json.print(
            BackupDocument.document(summary.manifest, summary.ledgers, ["file": .string(file)])
        ) {
            BackupDocument.text(summary.manifest, summary.ledgers) + "\nwritten to \(file)"
        }
    }
}

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a home from a backup, and check its ledgers.",
        discussion: """
            The whole file is checked before anything is written. It ends by computing the root of each ledger again from \
            its entries, and comparing it with a checkpoint that a quorum has cosigned. The node of a restored home \
            cosigns nothing that it may have cosigned before.

            EXAMPLE:
              chancery restore site1-2026-11-21.tar --home parties/site1
            """)

    @Argument(help: "The backup.", completion: .file())
    var file: String

    @Flag(help: "Keep a home that is there under another name, with the time in it.")
    var setAside = false

    @OptionGroup var home: HomeOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let restored = try RestoreHome(archive: URL(filePath: file)).run(
            into: home.directory, settingAside: setAside)
        let path = home.directory.path(percentEncoded: false)
        let aside = restored.setAside.map { JSONValue.string($0) } ?? .null
        try json.print(
            BackupDocument.document(restored.manifest, restored.ledgers, ["home": .string(path), "setAside": aside])
        ) {
            var lines = [BackupDocument.text(restored.manifest, restored.ledgers), "restored into \(path)"]
            if let aside = restored.setAside { lines.append("what was there is kept in \(aside)") }
            return lines.joined(separator: "\n")
        }
    }
}

/// What both commands print.
private enum BackupDocument {
    static func document(
        _ manifest: BackupManifest, _ ledgers: [CheckedLedger], _ more: [String: JSONValue]
    ) -> JSONValue {
        var members: [String: JSONValue] = [
            "consortium": .string(manifest.consortium.hex), "party": .string(manifest.party.text),
            "created": .string(manifest.created.description), "files": .integer(Int64(manifest.files.count)),
            "bytes": .integer(Int64(manifest.files.reduce(0) { $0 + $1.bytes })),
            "ledgers": .array(
                ledgers.map { ledger in
                    .object([
                        "ledger": .string(ledger.name), "size": .integer(Int64(ledger.root.size)),
                        "root": .string(ledger.root.root.hex),
                        "finalSize": ledger.root.finalSize.map { .integer(Int64($0)) } ?? .null,
                        "finalRoot": ledger.root.finalRoot.map { .string($0.hex) } ?? .null,
                        "cosigners": .array(ledger.root.cosigners.map { .string($0.text) }),
                    ])
                }),
        ]
        members.merge(more) { _, new in new }
        return .object(members)
    }

    static func text(_ manifest: BackupManifest, _ ledgers: [CheckedLedger]) -> String {
        let bytes = manifest.files.reduce(0) { $0 + $1.bytes }
        var lines = [
            "\(manifest.party), \(Quantity.counted(manifest.files.count, "file")), "
                + "\(Quantity.count(bytes)) bytes, as of \(manifest.created)",
            "consortium \(manifest.consortium)",
        ]
        for ledger in ledgers {
            let root = ledger.root
            lines.append("\(ledger.name): \(Quantity.counted(root.size, "leaf", "leaves")), root computed \(root.root)")
            if let size = root.finalSize, let final = root.finalRoot {
                lines.append(
                    "  equals the checkpoint of \(size) leaves, \(final), "
                        + "cosigned by \(root.cosigners.map(\.text).joined(separator: ", "))")
            } else {
                lines.append("  no checkpoint in it is cosigned by a quorum yet")
            }
        }
        return lines.joined(separator: "\n")
    }
}
