import ArgumentParser
import CanonicalJSON
import Foundation
import Gateway
import KeyVault
import SharingModel

struct FoundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "found",
        abstract: "Found a new consortium: parties, keys, founding record.",
        discussion: """
            Lays out one home a party under the folder that --home names, with ledgers and blobs that they share, so \
            that a whole consortium can be tried on one machine. Each party's keys are encrypted under a passphrase of \
            its own: CHANCERY_PASSPHRASE_FILE may name a folder with a file for each party.

            EXAMPLE:
              chancery found --policies Policies/demo --local --home ./consortium
            """)

    @Option(help: ArgumentHelp("The folder that holds consortium.yaml.", valueName: "dir"), completion: .directory)
    var policies: String

    @Flag(help: "All parties on this machine.")
    var local = false

    @Flag(help: .hidden)
    var insecureKeyDerivationForTesting = false

    @OptionGroup var home: HomeOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard local else {
            throw ValidationError("give --local: parties on several machines come with `chancery serve`")
        }
    }

    func run() async throws {
        let policy = try ConsortiumPolicy(directory: HomeOptions.folder(policies))
        let founding = FoundLocally(
            policy: policy, cost: insecureKeyDerivationForTesting ? .insecureForTesting : .standard
        ) { try Passphrases.source.passphrase(for: $0, creating: true) }
        let founded = try await founding.run(in: home.directory)
        let parties = founded.consortium.record.parties
        try json.print(
            JSONValue.object([
                "consortium": .string(founded.consortium.digest.hex),
                "home": .string(founded.directory.path(percentEncoded: false)),
                "name": .string(founded.consortium.record.name),
                "parties": .array(parties.map { .string($0.name.text) }),
            ])
        ) {
            var table = TextTable(.text("party"), .text("role"), .text("section"), .text("superior"))
            for party in parties {
                table.append(
                    party.name.text, party.role.rawValue, party.section?.text ?? "", party.superior?.text ?? "")
            }
            return table.text() + "\n\nfounded \(founded.consortium.record.name)\n"
                + "fingerprint \(founded.consortium.digest)\nhomes in \(founded.directory.path(percentEncoded: false))"
        }
    }
}
