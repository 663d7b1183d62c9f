import ArgumentParser
import CanonicalJSON
import Foundation
import Gateway
import KeyVault
import SharingModel
import SignedEnvelopes

struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Make a home with keys for a party that joins, and the statement with which it asks to.",
        discussion: """
            The statement is signed with the new keys and holds no secret. A department of the section proposes it with \
            `chancery registry propose admit`; when a quorum has approved and the height has come, the party takes part. \
            A department then runs its node: it begins empty and fetches everything from the others.

            EXAMPLE:
              chancery join site7 --consortium consortium.json --home ./site7 --output site7.statement.json
            """)

    @Argument(help: "The name of the party.")
    var name: PartyName

    @Option(help: ArgumentHelp("The founding record to pin.", valueName: "file"), completion: .file())
    var consortium: String

    @Option(help: ArgumentHelp("What it takes part as.", valueName: "role"))
    var role: Role = .department

    @Option(help: ArgumentHelp("Its area.", valueName: "text"))
    var area: String?

    @Option(help: ArgumentHelp("Who stands above it.", valueName: "party"))
    var superior: PartyName?

    @Flag(help: .hidden)
    var insecureKeyDerivationForTesting = false

    @OptionGroup var section: SectionOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let consortium = try PinnedConsortium(file: URL(filePath: consortium))
        let joining = JoinConsortium(
            consortium, section: try consortium.section(section.section), name: name, role: role, area: area,
            superior: superior)
        let statement = try joining.run(
            in: home.directory, passphrase: Passphrases.source.passphrase(for: name, creating: true),
            cost: insecureKeyDerivationForTesting ? .insecureForTesting : .standard)
        try output.write(statement.canonicalBytes() + (output.path == nil ? Data("\n".utf8) : Data()))
    }
}

extension Role: ExpressibleByArgument {}
