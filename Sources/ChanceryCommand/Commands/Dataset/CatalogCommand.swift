import ArgumentParser
import BlobStore
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import SharingModel

struct CatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "Show what can be asked for, and from whom.",
        discussion: """
            EXAMPLE:
              chancery catalog --home ./consortium
            """)

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let catalog = try Catalog(options.session())
        try json.print(
            JSONValue.object([
                "section": .string(catalog.section.text), "time": .string(catalog.time.description),
                "pools": .array(catalog.pools.map(CatalogCommand.document)),
            ])
        ) {
            catalog.pools.isEmpty
                ? "there are no pools yet: a custodian makes one with `chancery pool create`"
                : catalog.pools.map(CatalogCommand.text).joined(separator: "\n\n")
        }
    }

    private static func text(_ entry: Catalog.PoolEntry) -> String {
        var table = TextTable(
            .text("dataset"), .text("owners"), .number("rows"), .text("packs (columns that open together)"),
            .text("public columns"), .text("pseudonyms"), .text("status"), .text("valid until"), .text("told"))
        for dataset in entry.datasets {
            table.append(
                dataset.dataset.name.text, dataset.dataset.owners.map(\.text).joined(separator: ","),
                Quantity.count(Int(dataset.dataset.terms.rows)), packs(dataset.dataset),
                dataset.dataset.terms.publicColumns.joined(separator: " "),
                dataset.pseudonyms.map(DatasetDocument.text) ?? "", dataset.status.rawValue,
                dataset.dataset.terms.validUntil?.description ?? "",
                NoticeDocument.told(dataset.notices))
        }
        let held =
            entry.pool.sharing.map { "in shares, held by \($0.key.holders.map(\.text).joined(separator: ", "))" }
            ?? "held by \(entry.pool.custodian)"
        return "pool \(entry.pool.name), key \(held)\n\n" + table.text()
    }

    private static func packs(_ dataset: DatasetRecord) -> String {
        dataset.terms.packs.sorted { $0.key < $1.key }
            .map { "\($0.key)(\($0.value.joined(separator: " ")))" }.joined(separator: " ")
    }

    private static func document(_ entry: Catalog.PoolEntry) -> JSONValue {
        .object([
            "pool": .string(entry.pool.name.text), "custodian": .string(entry.pool.custodian.text),
            "members": .array(entry.pool.members.map { .string($0.text) }),
            "keyFingerprint": .string(entry.pool.keyFingerprint.hex),
            "datasets": .array(
                entry.datasets.map { DatasetDocument.value($0.dataset, $0.status, $0.notices, $0.pseudonyms) }),
        ])
    }
}

/// A dataset as the commands print it.
enum DatasetDocument {
    static func value(
        _ dataset: DatasetRecord, _ status: DatasetStatus, _ notices: [DatasetNotice], _ pseudonyms: PseudonymStanding?
    ) -> JSONValue {
        .object([
            "dataset": .string(dataset.name.text), "pool": .string(dataset.terms.pool.text),
            "manifest": .string(dataset.manifest.text), "rows": .integer(dataset.terms.rows),
            "shards": .integer(dataset.terms.shards), "bytes": .integer(dataset.terms.bytes),
            "owners": .array(dataset.owners.map { .string($0.text) }),
            "approvals": .integer(Int64(dataset.terms.approvals)),
            "packs": .object(
                Dictionary(
                    uniqueKeysWithValues: dataset.terms.packs.map { name, columns in
                        (name.text, JSONValue.array(columns.map { .string($0) }))
                    })),
            "publicColumns": .array(dataset.terms.publicColumns.map { .string($0) }),
            "status": .string(status.rawValue),
            "notices": .array(notices.map(NoticeDocument.value)),
            "pseudonyms": pseudonyms.map(value) ?? .null,
            "validUntil": dataset.terms.validUntil.map { .string($0.description) } ?? .null,
        ])
    }

    private static func value(_ standing: PseudonymStanding) -> JSONValue {
        let of =
            switch standing {
            case .own: "owner"
            case .section: "section"
            case .replaced: "section, replaced"
            }
        return .object(["key": .string(standing.key.hex), "of": .string(of)])
    }

    /// Under which key its pseudonyms are.
    static func text(_ standing: PseudonymStanding) -> String {
        switch standing {
        case .own: "the owner's key"
        case .section(let key): "the section's key \(key.hex.prefix(8))"
        case .replaced(let key, let time): "the section's key \(key.hex.prefix(8)) until \(time)"
        }
    }
}

/// A notice as the commands print it.
enum NoticeDocument {
    static func value(_ notice: DatasetNotice) -> JSONValue {
        .object([
            "at": .string(notice.at.description), "dataset": .string(notice.dataset.text),
            "event": .string(notice.event.rawValue), "party": .string(notice.party.text),
            "tokens": .array(notice.tokens.map { .string($0.hex) }),
        ])
    }

    /// Who was told what: `stale: statistics, press`.
    static func told(_ notices: [DatasetNotice]) -> String {
        DatasetNotice.Event.allCases.compactMap { event in
            let parties = notices.filter { $0.event == event }.map(\.party.text)
            return parties.isEmpty ? nil : "\(event.rawValue): \(parties.joined(separator: ", "))"
        }
        .joined(separator: "; ")
    }
}
