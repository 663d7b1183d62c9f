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
            With --local, a whole consortium on one machine, to try it. Parties on machines of their own found together: \
            each makes its keys where they stay, and files without secrets go round, three times. Everybody runs \
            `state` and then `sign`, with the statements of all; departments go on with `open`, with all that was \
            signed, and `finish`, with all that was cosigned.

            EXAMPLE:
              chancery found --policies Policies/demo --local --home ./consortium
            """,
        subcommands: [
            FoundLocalCommand.self, StateFoundingCommand.self, SignFoundingCommand.self, OpenFoundingCommand.self,
            FinishFoundingCommand.self,
        ], defaultSubcommand: FoundLocalCommand.self)
}

struct FoundLocalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "local",
        abstract: "All parties on this machine, to try a consortium: `found --local`.",
        discussion: """
            Lays out one home a party under the folder that --home names, with ledgers and blobs that they share, so \
            that a whole consortium can be tried on one machine. Each party's keys are encrypted under a passphrase of \
            its own: CHANCERY_PASSPHRASE_FILE may name a folder with a file for each party.

            EXAMPLE:
              chancery found --policies Policies/demo --local --home ./consortium
            """)

    @Flag(help: "All parties on this machine.")
    var local = false

    @Flag(help: .hidden)
    var insecureKeyDerivationForTesting = false

    @OptionGroup var policies: PoliciesOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard local else {
            throw ValidationError("give --local, or, for parties on machines of their own, see `chancery found state`")
        }
    }

    func run() async throws {
        let policy = try policies.read()
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
