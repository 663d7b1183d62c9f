import ArgumentParser
import CanonicalJSON
import Foundation
import Gateway
import KeyVault
import Ledger
import SharingModel

struct CheckLedger: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck",
        abstract: "Execute everything again from the first entry, and compare all that is stored.",
        discussion: """
            For a department whose home has a node: the node's ledger, the journal of its votes, and its blobs. Else the \
            ledger that the parties share as a file; or, with CHANCERY_NODE, that node's.

            With --repair, what is damaged is set aside and made again: a node's files from the nodes that CHANCERY_NODE \
            names (several with commas), a shared ledger from what can be read of it and the parties' own copies. \
            Everything fetched is executed and checked.

            EXAMPLE:
              CHANCERY_NODE=http://127.0.0.1:7051 chancery ledger fsck --repair --home parties/site1
            """)

    @Flag(help: "Repair what is found.")
    var repair = false

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        if let (home, files) = try nodeFiles() {
            try check(files, of: home)
        } else if repair {
            try repairShared()
        } else {
            let report = try options.session().audit()
            try print(report, report.findings, done: [])
        }
    }

    /// The files of the node in this home, if it has one.
    private func nodeFiles() throws -> (PartyHome, NodeFiles)? {
        let location = try HomeLocation(directory: options.home.directory)
        guard let home = try ownHome(location) else { return nil }
        let section = try home.consortium.section(options.section.section ?? home.party.section)
        return home.hasNode(of: section) ? (home, NodeFiles(home: home, section: section)) : nil
    }

    private func ownHome(_ location: HomeLocation) throws -> PartyHome? {
        if case .consortium = location, options.party.party == nil { return nil }
        return try location.home(of: options.party.party)
    }

    private func check(_ files: NodeFiles, of home: PartyHome) throws {
        let found = try files.check()
        guard repair, !found.findings.isEmpty else { return try print(found.ledger, found.findings, done: []) }
        let names = ProcessInfo.processInfo.environment["CHANCERY_NODE"] ?? ""
        let done = try files.repair(found, from: sources(names.split(separator: ",").map(String.init), home))
        let after = try files.check()
        try print(after.ledger, after.findings, done: done)
    }

    private func sources(_ addresses: [String], _ home: PartyHome) throws -> [RepairSource] {
        guard !addresses.isEmpty else { return [] }
        let network = try Network.required()
        // Who this is, is said over TLS only; without it, no key is needed.
        let identity =
            try addresses.contains { $0.hasPrefix("https:") }
            ? home.identity(passphrase: Passphrases.source.passphrase(for: home.party.name)) : nil
        return try addresses.map {
            try network.repairSource(at: $0, trust: home.consortium.trust(), identity: identity)
        }
    }

    private func repairShared() throws {
        let location = try HomeLocation(directory: options.home.directory)
        let homes: [URL] =
            switch (location, try ownHome(location)) {
            case (_, let home?): [home.directory]
            case (.consortium(let local), nil): try local.partyNames.map { try local.home(of: $0).directory }
            case (.party(let home), nil): [home.directory]
            }
        let places = try ownHome(location)?.places ?? location.shared
        let done = try SharedLedgerFile(places: places, section: options.section.section, homes: homes).repair()
        let report = try options.session().audit()
        try print(report, report.findings, done: done)
    }

    private func print(_ report: AuditReport, _ findings: [AuditFinding], done: [String]) throws {
        try json.print(
            JSONValue.object([
                "sound": .bool(findings.isEmpty), "transactions": .integer(Int64(report.transactions)),
                "blocks": .integer(Int64(report.executedBlocks)),
                "root": report.root.map { .string($0.hex) } ?? .null,
                "findings": .array(findings.map { .string("\($0)") }),
                "repaired": .array(done.map { .string($0) }),
            ])
        ) {
            let verdict =
                findings.isEmpty
                ? "sound: \(Quantity.counted(report.executedBlocks, "block")) executed again, "
                    + "\(Quantity.counted(report.transactions, "transaction")), root \(report.root?.hex ?? "none")"
                : findings.map { "\($0)" }.joined(separator: "\n")
            return (done + [verdict]).joined(separator: "\n")
        }
        if !findings.isEmpty { throw UnsoundLedger(findings: findings.count, isRepaired: repair) }
    }
}

private struct UnsoundLedger: Failure, CustomStringConvertible {
    let findings: Int
    let isRepaired: Bool

    var exitStatus: ExitStatus { .refused }
    var description: String {
        "\(Quantity.counted(findings, "finding")). "
            + (isRepaired
                ? "What is left needs other sources: see docs/repair.md."
                : "Repair them: chancery ledger fsck --repair")
    }
}
