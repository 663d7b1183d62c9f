import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import SharingModel

/// Whose key in escrow a command is about.
struct DepositOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Whose key for fields.", valueName: "party"))
    var owner: PartyName?

    @Option(help: ArgumentHelp("Or a pool, whose key its custodian has deposited.", valueName: "name"))
    var pool: PoolName?

    func validate() throws {
        guard (owner == nil) != (pool == nil) else {
            throw ValidationError("say whose key: --owner for one for fields, or --pool")
        }
    }

    func owner(_ session: PartySession) throws -> PartyName {
        guard let pool else { return owner ?? session.party }
        return try session.state { try $0.knownPool(pool) }.custodian
    }

    /// In a command line that goes on with it.
    var arguments: String { pool.map { "--pool \($0)" } ?? owner.map { "--owner \($0)" } ?? "" }

    func document(_ owner: PartyName) -> [String: JSONValue] {
        ["owner": .string(owner.text), "pool": pool.map { .string($0.text) } ?? .null]
    }
}

struct RefreshDepositCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "As a holder or the owner, propose new shares of a deposit for the same holders.",
        discussion: """
            The key stays, and the owner's own is not needed. Afterwards each dealer runs `chancery escrow deal`, then each \
            holder `chancery escrow acknowledge`. It takes the worth from shares that leak one by one; whoever kept enough \
            old shares can still open. See docs/escrow.md.

            EXAMPLE:
              chancery escrow refresh --owner site1 --as audit
            """)

    @OptionGroup var deposit: DepositOptions

    @Option(help: ArgumentHelp("Who deals; all holders unless given.", valueName: "a,b,…"))
    var dealers: NameList<NameKind.Party>?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        try await deposit.propose(moves: false, dealers?.names, options.session(), json)
    }
}

struct ReshareDepositCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reshare",
        abstract:
            "As a holder or the owner, propose to move a deposit's shares to the holders whom the policy names now.",
        discussion: """
            The departments change who holds escrow for whom with `chancery registry propose escrow`; this moves the shares \
            after them, without the owner. The key stays. Afterwards each dealer runs `chancery escrow deal`, then each new \
            holder `chancery escrow acknowledge`. It revokes nobody: whoever kept enough old shares can still open. An owner \
            who has its key can deal to the new holders itself instead, with `chancery escrow deposit`.

            EXAMPLE:
              chancery escrow reshare --owner site1 --as audit
            """)

    @OptionGroup var deposit: DepositOptions

    @Option(
        help: ArgumentHelp("Who deals: present holders who could open together, none to spare.", valueName: "a,b,…"))
    var dealers: NameList<NameKind.Party>?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        try await deposit.propose(moves: true, dealers?.names, options.session(), json)
    }
}

struct DealDepositCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deal",
        abstract: "As a holder, deal for a deposit's new shares that were proposed.",
        discussion: """
            Name the ceremony that you have agreed to, as `chancery escrow refresh`, `reshare` and `list` print it. Another \
            one could have been proposed since.

            EXAMPLE:
              chancery escrow deal 3fa2c1 --owner site1 --as audit
            """)

    @Argument(help: "Any beginning of the ceremony's id.")
    var ceremony: String

    @OptionGroup var deposit: DepositOptions
    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let session = try options.session()
        let owner = try deposit.owner(session)
        let dealt = try await DealDepositShares(owner: owner, pool: deposit.pool, ceremony: ceremony)
            .run(as: session)
        let fields: [String: JSONValue] = [
            "epoch": .integer(Int64(dealt.epoch)), "missing": PoolDocument.list(dealt.missing),
        ]
        try json.print(dealt.receipt.document(deposit.document(owner).merging(fields) { $1 })) {
            let rest =
                dealt.missing.isEmpty
                ? "all have dealt: the holders take their shares with `chancery escrow acknowledge`"
                : "still to deal: \(PoolDocument.names(dealt.missing))"
            return "dealt for epoch \(dealt.epoch)\n\(rest)\n\(dealt.receipt.line)"
        }
    }
}

extension DepositOptions {
    fileprivate func propose(
        moves: Bool, _ dealers: [PartyName]?, _ session: PartySession, _ json: JSONOptions
    ) async throws {
        let owner = try owner(session)
        let proposed = try await RenewDepositShares(owner: owner, pool: pool, moves: moves, dealers: dealers)
            .run(as: session)
        let ceremony = proposed.receipt.transaction.hex
        let fields = [
            "ceremony": .string(ceremony), "dealers": PoolDocument.list(proposed.dealers),
            "holders": PoolDocument.list(proposed.holders),
        ]
        try json.print(proposed.receipt.document(document(owner).merging(fields) { $1 })) {
            "new shares for \(PoolDocument.names(proposed.holders)) are proposed; \(PoolDocument.names(proposed.dealers)) "
                + "deal with `chancery escrow deal \(ceremony.prefix(12)) \(arguments)`\n\(proposed.receipt.line)"
        }
    }
}
