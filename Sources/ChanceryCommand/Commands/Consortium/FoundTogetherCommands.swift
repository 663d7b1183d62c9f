import ArgumentParser
import CanonicalJSON
import Foundation
import Gateway
import KeyVault
import SharingModel
import SignedEnvelopes

struct StateFoundingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state",
        abstract: "Make a party's keys on its own machine, and the statement of their public halves.",
        discussion: """
            The first step, for every party. All need the same policies; the statement names their digest. It holds no \
            secret: give it to all other parties.

            EXAMPLE:
              chancery found state --policies Policies/demo --as site1 --home ./site1 --output site1.json
            """)

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("The party of the policies whose home this is.", valueName: "party"))
    var party: PartyName

    @Flag(help: .hidden)
    var insecureKeyDerivationForTesting = false

    @OptionGroup var policies: PoliciesOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let stating = try StateForFounding(policy: policies.read(), party: party)
        let statement = try stating.run(
            in: home.directory, passphrase: Passphrases.source.passphrase(for: party, creating: true),
            cost: insecureKeyDerivationForTesting ? .insecureForTesting : .standard)
        try output.write(statement.canonicalBytes() + (output.path == nil ? Data("\n".utf8) : Data()))
    }
}

struct SignFoundingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Make the founding record from all parties' statements, pin it, and sign for it.",
        discussion: """
            The second step, for every party. The record and its fingerprint are the same wherever they are made from the \
            same policies and statements: compare the fingerprint with the others over another way than the one by \
            which the files came. A department writes what it signs, for the other departments. All others are done.

            EXAMPLE:
              chancery found sign site1.json site2.json ministry.json --policies Policies/demo --home ./site1 \
            --output site1.signed
            """)

    @Argument(help: "The statements of all parties. This home's own is known.")
    var statements: [InputFile]

    @OptionGroup var policies: PoliciesOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let signing = try SignFounding(policy: policies.read(), home: home.directory)
        let party = try signing.party()
        let given = try statements.map { try $0.given() }
        let (consortium, signatures) = try signing.run(
            given, passphrase: Passphrases.source.passphrase(for: party))
        if let signatures { try output.write(signatures + (output.path == nil ? Data("\n".utf8) : Data())) }
        let next =
            signatures == nil
            ? "\(party) is no department, and its home is finished" : "give what was written to the other departments"
        StandardError.print("fingerprint \(consortium.digest)\ncompare it with the others; \(next)")
    }
}

struct OpenFoundingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Make the first blocks of a department's ledgers from all departments' signatures, and cosign them.",
        discussion: """
            The third step, for departments. Each makes the same blocks by itself and writes its cosignatures, for the other \
            departments.

            EXAMPLE:
              chancery found open site2.signed site3.signed --home ./site1 --output site1.cosigned
            """)

    @Argument(help: "What the other departments wrote with `found sign`.")
    var signed: [InputFile]

    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let own = try PartyHome(directory: home.directory)
        let opening = try OpenFounded(home: own)
        let given = try signed.map { try $0.given() }
        try output.write(
            await opening.open(given, passphrase: Passphrases.source.passphrase(for: own.party.name)))
    }
}

struct FinishFoundingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finish",
        abstract: "Take the other departments' cosignatures of the first blocks.",
        discussion: """
            The last step, for departments: with a quorum the blocks are final, and the department can run its node.

            EXAMPLE:
              chancery found finish site2.cosigned site3.cosigned --home ./site1
            """)

    @Argument(help: "What the other departments wrote with `found open`.")
    var cosigned: [InputFile]

    @OptionGroup var home: HomeOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let own = try PartyHome(directory: home.directory)
        let ledgers = try OpenFounded(home: own).finish(try cosigned.map { try $0.given() })
        try json.print(
            JSONValue.object([
                "consortium": .string(own.consortium.digest.hex),
                "ledgers": .array(
                    ledgers.map { ledger in
                        .object([
                            "section": .string(ledger.section.text),
                            "cosigners": .array(ledger.cosigners.map { .string($0.text) }),
                        ])
                    }),
            ])
        ) {
            ledgers.map { "\($0.section): cosigned by \($0.cosigners.map(\.text).joined(separator: ", "))" }
                .joined(separator: "\n")
                + "\nfounded \(own.consortium.record.name); `chancery serve --home …` runs the node of \(own.party.name)"
        }
    }
}

/// `--policies DIR`
struct PoliciesOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder that holds consortium.yaml.", valueName: "dir"), completion: .directory)
    var policies: String

    func read() throws -> ConsortiumPolicy { try ConsortiumPolicy(directory: HomeOptions.folder(policies)) }
}

extension InputFile {
    /// Files that parties of a founding exchange: some kilobytes, a few more with many parties.
    fileprivate func given() throws -> GivenFile {
        GivenFile(name: name, bytes: try contents(limit: 8 << 20))
    }
}
