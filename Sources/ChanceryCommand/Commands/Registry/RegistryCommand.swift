import ArgumentParser
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import Ledger
import SharingModel

struct RegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Who takes part in a section's ledger, and how that changes.",
        discussion: """
            EXAMPLE:
              chancery registry list
            """,
        subcommands: [
            ListRegistry.self, ProposeCommand.self, ApproveChangeCommand.self, RotateKeysCommand.self,
        ])
}

struct ProposeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "propose",
        abstract: "Propose to admit or remove a party, to give it another place, or another rule of escrow.",
        discussion: """
            A quorum of the section's departments decides; the one that proposes has approved. The change takes effect \
            two blocks after the decision, or at a later height that is named.

            EXAMPLE:
              chancery registry propose admit site7.statement.json --as site1
            """,
        subcommands: [ProposeAdmission.self, ProposeRemoval.self, ProposePlace.self, ProposeEscrow.self])
}

/// `--effective HEIGHT`.
struct EffectiveOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The height at which it is to take effect.", valueName: "height"))
    var effective: Int64?
}

struct ProposeAdmission: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admit",
        abstract: "Propose to admit the party that has made a statement.",
        discussion: """
            EXAMPLE:
              chancery registry propose admit site7.statement.json --as site1
            """)

    @Argument(help: "The statement, as `chancery join` wrote it.")
    var statement: InputFile

    @OptionGroup var effective: EffectiveOptions
    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        var bytes = try statement.contents(limit: 1 << 16)
        while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        let receipt = try await options.session().proposeAdmission(bytes, effective: effective.effective)
        try json.print(receipt.proposed) { receipt.proposedLine }
    }
}

struct ProposeRemoval: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Propose that a party takes no part any more.",
        discussion: """
            EXAMPLE:
              chancery registry propose remove site7 --as site1
            """)

    @Argument(help: "The party.")
    var name: PartyName

    @OptionGroup var effective: EffectiveOptions
    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let receipt = try await options.session().propose(.remove(name), effective: effective.effective)
        try json.print(receipt.proposed) { receipt.proposedLine }
    }
}

struct ProposePlace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "place",
        abstract: "Propose another area and superior for a party.",
        discussion: """
            What is not given, the party has not any more.

            EXAMPLE:
              chancery registry propose place site7 --area city-3 --superior ministry --as site1
            """)

    @Argument(help: "The party.")
    var name: PartyName

    @Option(help: ArgumentHelp("Its area.", valueName: "text"))
    var area: String?

    @Option(help: ArgumentHelp("Who stands above it.", valueName: "party"))
    var superior: PartyName?

    @OptionGroup var effective: EffectiveOptions
    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let place = RegistryChange.Placement(of: name, area: area, superior: superior)
        let receipt = try await options.session().propose(.place(place), effective: effective.effective)
        try json.print(receipt.proposed) { receipt.proposedLine }
    }
}

struct ProposeEscrow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "escrow",
        abstract: "Propose another rule of escrow for one party: holders, waiting time, who is told, limit.",
        discussion: """
            The file has the form of `escrow.yaml`, and one rule for the party. When the change has taken effect, the shares \
            are moved to the new holders with `chancery escrow reshare`, or the owner deals anew with `chancery escrow \
            deposit`; until then those before open what was published. A party that a rule names cannot be removed before \
            the rule names others.

            EXAMPLE:
              chancery registry propose escrow escrow.yaml --for site1 --as site2
            """)

    @Argument(help: "A file of the form of `escrow.yaml`.", completion: .file())
    var file: String

    @Option(name: .customLong("for"), help: ArgumentHelp("Whose escrow.", valueName: "party"))
    var owner: PartyName

    @OptionGroup var effective: EffectiveOptions
    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let receipt = try await options.session().proposeEscrow(
            of: owner, URL(filePath: file), effective: effective.effective)
        try json.print(receipt.proposed) { receipt.proposedLine }
    }
}

struct ApproveChangeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Agree to a proposed change, as a department.",
        discussion: """
            EXAMPLE:
              chancery registry approve 3f2a --as site2
            """)

    @Argument(help: "The proposal's id, or its beginning.")
    var proposal: String

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let session = try options.session()
        let receipt = try await session.approveChange(proposal)
        let decided = try session.state { try $0.decidedChanges().first { $0.transaction == receipt.transaction } }
        try json.print(receipt.document(["effective": decided.map { .integer($0.effective) } ?? .null])) {
            let outcome = decided.map { "decided; it takes effect at height \($0.effective)" } ?? "approved"
            return "\(outcome)\n\(receipt.line)"
        }
    }
}

struct RotateKeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Make new keys, and propose that they count instead of the old ones.",
        discussion: """
            The new keys are kept in the vault beside the old ones; the ledger says which count at which height, so \
            nothing has to be stopped but the node, which reads its keys when it starts. A home that was restored from a \
            backup takes a new cosigning key this way.

            EXAMPLE:
              chancery registry rotate --cosigning --as site1
            """)

    @Flag(help: "A new signing key.")
    var signing = false

    @Flag(help: "A new cosigning key.")
    var cosigning = false

    @OptionGroup var effective: EffectiveOptions
    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard signing || cosigning else { throw ValidationError("say which keys: --signing, --cosigning, or both") }
    }

    func run() async throws {
        let receipt = try await options.session().rotateKeys(
            signing: signing, cosigning: cosigning, effective: effective.effective)
        try json.print(receipt.proposed) {
            receipt.proposedLine + "\nrestart this department's node, so that it has the new keys at hand"
        }
    }
}

extension Receipt {
    var proposed: JSONValue { document(["proposal": .string(transaction.hex)]) }

    var proposedLine: String {
        "proposed; departments approve with `chancery registry approve \(transaction.hex.prefix(12))`\n\(line)"
    }
}
