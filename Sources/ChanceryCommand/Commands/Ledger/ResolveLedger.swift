import ArgumentParser
import CanonicalJSON
import Foundation
import Gateway
import KeyVault
import Ledger
import SharingModel

struct ResolveLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Settle a height by hand, when etcd has shown different histories and no quorum forms.",
        discussion: """
            Departments may then have cosigned different blocks at one height, and none gives up its cosignature by \
            itself. Each stops its node and makes a statement with `state`; with the statements of all, each runs \
            `settle` and starts its node again. The statements come on the ledger, so that no cosignature that was given up is taken for \
            equivocation. Who states that it gives up nothing, and has cosigned another block, makes two histories \
            possible: this rests on all departments.

            EXAMPLE:
              chancery ledger resolve state --output site1.settle.json --as site1
            """,
        subcommands: [StateSettlement.self, SettleLedger.self])
}

struct StateSettlement: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state",
        abstract: "State on which batch this department settles, and which cosignature it gives up for that.",
        discussion: """
            EXAMPLE:
              chancery ledger resolve state --on site1.settle.json --output site2.settle.json --as site2
            """)

    @Option(help: ArgumentHelp("Another department's statement, to settle on the same batch.", valueName: "file"))
    var on: InputFile?

    @OptionGroup var options: SessionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let other = try on.map { file in
            try FileContext.of(file) { try ResolveHeight.read(file.contents(limit: ResolveHeight.byteLimit)) }
        }
        let stated = try await options.resolving().state(on: other)
        try output.write(CanonicalJSON.encode(stated))
    }
}

struct SettleLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle",
        abstract: "Check the statements of all departments, and keep them for this department's node.",
        discussion: """
            EXAMPLE:
              chancery ledger resolve settle site1.settle.json site2.settle.json site3.settle.json --as site1
            """)

    @Argument(help: "The statements of all departments.")
    var statements: [InputFile]

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let documents = try statements.map { file in
            try FileContext.of(file) { try ResolveHeight.read(file.contents(limit: ResolveHeight.byteLimit)) }
        }
        let settled = try await options.resolving().keep(documents)
        try json.print(
            JSONValue.object([
                "height": .integer(Int64(settled.height)), "proposer": .string(settled.department.text),
                "statements": .integer(Int64(settled.statements.count)),
            ])
        ) {
            "height \(settled.height) is settled on the batch of \(settled.department), by all "
                + "\(settled.statements.count) departments; start this department's node again"
        }
    }
}

extension SessionOptions {
    fileprivate func resolving() throws -> ResolveHeight {
        let home = try HomeLocation(directory: home.directory).home(of: party.party)
        return ResolveHeight(
            home: home, section: section.section, passphrase: try Passphrases.source.passphrase(for: home.party.name))
    }
}
