import ArgumentParser
import CanonicalJSON
import Gateway
import Ledger
import Paillier
import SharingModel

struct AcknowledgeShareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge",
        abstract: "As a holder, take your share of a pool's key, check it, and say so on the ledger.",
        discussion: """
            The share goes into your vault, encrypted. When all holders have acknowledged, the shares are in force, and \
            those of the epoch before are over. A share that is not what was published is complained of on the ledger, \
            which ends the ceremony.

            EXAMPLE:
              chancery pool acknowledge health --as site1
            """)

    @Argument(help: "The pool's name.")
    var name: PoolName

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let done = try await AcknowledgePoolShare(name).run(as: options.session())
        try json.print(
            done.receipt.document([
                "pool": .string(name.text), "epoch": .integer(Int64(done.epoch)), "inForce": .bool(done.isInForce),
                "missing": .array(done.missing.map { .string($0.text) }),
            ])
        ) {
            let rest =
                done.isInForce
                ? "all holders have acknowledged: the shares of epoch \(done.epoch) are in force"
                : "still to acknowledge: \(done.missing.map(\.text).joined(separator: ", "))"
            return
                "the share of pool \(name), epoch \(done.epoch), is yours and is right\n\(rest)\n\(done.receipt.line)"
        }
    }
}

struct RefreshSharesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Propose new shares of a pool's key for the same holders.",
        discussion: """
            The key stays. Afterwards each dealer runs `chancery pool deal`, then each holder `chancery pool \
            acknowledge`. It takes the worth from shares that leak one by one; whoever kept enough old shares can still \
            open. See docs/threshold-keys.md.

            EXAMPLE:
              chancery pool refresh health --as site1
            """)

    @Argument(help: "The pool's name.")
    var name: PoolName

    @Option(help: ArgumentHelp("Who deals; all holders unless given.", valueName: "a,b,…"))
    var dealers: NameList<NameKind.Party>?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let proposed = try await RenewPoolShares(name, dealers: dealers?.names).run(as: options.session())
        try PoolDocument.printProposal(name, proposed, nil, json)
    }
}

struct ReshareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reshare",
        abstract: "Propose new shares of a pool's key for other holders, or for another threshold.",
        discussion: """
            The key stays. Afterwards each dealer runs `chancery pool deal`, then each new holder `chancery pool \
            acknowledge`. It revokes nobody: whoever kept enough old shares can still open. See docs/threshold-keys.md.

            EXAMPLE:
              chancery pool reshare health --threshold 3 --holders site1,site2,site3,site6,audit --as site1
              chancery pool reshare health --holders '2 of audit, (2 of site1, site2, site3)' --as site1
            """)

    @Argument(help: "The pool's name.")
    var name: PoolName

    @OptionGroup var sharing: HoldersOptions

    @Option(
        help: ArgumentHelp(
            "Who deals: present holders who could open together, none to spare.", valueName: "a,b,…"))
    var dealers: NameList<NameKind.Party>?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard sharing.holders != nil else { throw ValidationError("--holders says who gets the new shares") }
    }

    func run() async throws {
        let shared = try sharing.shared(among: [])
        let proposed = try await RenewPoolShares(
            name, holders: shared?.parties, structure: shared?.structure, dealers: dealers?.names
        ).run(as: options.session())
        try PoolDocument.printProposal(name, proposed, shared, json)
    }
}

struct DealSharesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deal",
        abstract: "As a holder, deal for new shares that were proposed.",
        discussion: """
            Name the ceremony that you have agreed to, as `chancery pool refresh`, `reshare` and `show` print it; of a \
            resharing, also who is to open. Another one could have been proposed since.

            EXAMPLE:
              chancery pool deal health 3fa2c1 --as site2
              chancery pool deal health 3fa2c1 --holders '2 of audit, (2 of site1, site2, site3)' --as site2
            """)

    @Argument(help: "The pool's name.")
    var name: PoolName

    @Argument(help: "Any beginning of the ceremony's id.")
    var ceremony: String

    @OptionGroup var sharing: HoldersOptions
    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard sharing.threshold == nil || sharing.holders != nil else {
            throw ValidationError("--threshold needs --holders, who get the new shares")
        }
    }

    func run() async throws {
        let shared = try sharing.shared(among: [])
        let dealt = try await DealPoolShares(name, ceremony: ceremony, holders: shared).run(as: options.session())
        try json.print(
            dealt.receipt.document([
                "pool": .string(name.text), "epoch": .integer(Int64(dealt.epoch)),
                "missing": .array(dealt.missing.map { .string($0.text) }),
            ])
        ) {
            let rest =
                dealt.missing.isEmpty
                ? "all have dealt: the holders take their shares with `chancery pool acknowledge \(name)`"
                : "still to deal: \(dealt.missing.map(\.text).joined(separator: ", "))"
            return "dealt for pool \(name), epoch \(dealt.epoch)\n\(rest)\n\(dealt.receipt.line)"
        }
    }
}
