import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import SharingModel

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Access tokens: ask for one, decide on one, take one back.",
        discussion: """
            EXAMPLE:
              chancery token approve 3f9a12 --as site1
            """,
        subcommands: [
            RequestTokenCommand.self, ApproveTokenCommand.self, DenyTokenCommand.self, RevokeTokenCommand.self,
            ListTokens.self,
        ])
}

struct RequestTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Ask for the right to compute on packs of datasets.",
        discussion: """
            All columns of a pack open together: that is what a token on a pack means.

            EXAMPLE:
              chancery token request --pool health --packs care --purpose "spending by plan" --uses 10 \
            --until 90d --as statistics
            """)

    @Option(help: ArgumentHelp("All datasets of this pool that are in use now.", valueName: "name"))
    var pool: PoolName?

    @Option(help: ArgumentHelp("These datasets.", valueName: "a,b,…"))
    var datasets: NameList<NameKind.Dataset>?

    @Option(help: ArgumentHelp("Of the pool's datasets, leave these out.", valueName: "a,b,…"))
    var without: NameList<NameKind.Dataset>?

    @Option(help: ArgumentHelp("The packs.", valueName: "p,q,…"))
    var packs: NameList<NameKind.Pack>

    @Option(help: ArgumentHelp("What for; the owners decide by it.", valueName: "text"))
    var purpose: String

    @Option(help: ArgumentHelp("How many queries.", valueName: "n"))
    var uses: Int64

    @Option(help: ArgumentHelp("Until when: a date, a time, or 90d.", valueName: "time"))
    var until: TimeArgument

    @Option(help: ArgumentHelp("Only these registered plans.", valueName: "name@version,…"))
    var contracts: ContractList?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard (pool == nil) != (datasets == nil) else { throw ValidationError("give --pool or --datasets") }
        guard pool != nil || without == nil else { throw ValidationError("--without goes with --pool") }
    }

    func run() async throws {
        let session = try options.session()
        let scope =
            pool.map { TokenWish.Scope.pool($0, without: without?.names ?? []) } ?? .datasets(datasets?.names ?? [])
        let requested = try await session.requestToken(
            TokenWish(
                scope: scope, packs: packs.names, purpose: purpose, uses: uses, until: until.end,
                contracts: contracts?.references))
        let receipt = requested.receipt
        let token = try session.state { try $0.token(requested.token) }
        try json.print(
            receipt.document(["token": .string(receipt.transaction.hex), "status": .string("requested")])
        ) {
            let opening = (token?.datasets ?? []).flatMap { dataset in
                dataset.packs.sorted { $0.key < $1.key }.map {
                    "  \(dataset.dataset): \($0.key) opens \($0.value.joined(separator: ", ")) together"
                }
            }
            return
                (["token \(receipt.transaction)", "requested; the owners decide with `chancery token approve`"]
                + opening
                + [receipt.line]).joined(separator: "\n")
        }
        // Not before it was printed: a command killed in between gives this token once more, and asks for no other.
        try requested.acknowledge()
    }
}

/// A decision on a token takes a token and perhaps a reason.
struct TokenDecision: ParsableArguments {
    @Argument(help: "Any beginning of the token's id, at least four digits.")
    var token: String

    @Option(help: ArgumentHelp("Why; everybody can read it.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    /// - Parameter receipt: `nil` where an earlier run had decided so.
    func printed(_ receipt: Receipt?, _ status: String) throws {
        let own: [String: JSONValue] = ["status": .string(status)]
        try json.print(receipt?.document(own) ?? .object(own)) {
            receipt.map { "\(status)\n\($0.line)" } ?? "you had \(status) it already"
        }
    }
}

struct ApproveTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approve a token, for all datasets of yours that it names.",
        discussion: """
            EXAMPLE:
              chancery token approve 3f9a12 --as site1
            """)

    @OptionGroup var decision: TokenDecision

    func run() async throws {
        let session = try decision.options.session()
        let receipt = try await session.approveToken(decision.token)
        let token = try session.state { try $0.token(matching: decision.token) }
        let status = token.status(at: receipt?.time ?? .now()).rawValue
        let own: [String: JSONValue] = ["token": .string(token.id.hex), "status": .string(status)]
        try decision.json.print(receipt?.document(own) ?? .object(own)) {
            guard let receipt else { return "token \(token.id.hex.prefix(12)): you had approved it already" }
            return "token \(token.id.hex.prefix(12)) \(status): \(token.approvedDatasets.count) of "
                + "\(Quantity.counted(token.datasets.count, "dataset")) approved\n\(receipt.line)"
        }
    }
}

struct DenyTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deny",
        abstract: "Deny a token, for all datasets of yours that it names.",
        discussion: """
            EXAMPLE:
              chancery token deny 3f9a12 --reason "the purpose is not stated" --as site1
            """)

    @OptionGroup var decision: TokenDecision

    func run() async throws {
        let receipt = try await decision.options.session().denyToken(decision.token, reason: decision.reason)
        try decision.printed(receipt, "denied")
    }
}

struct RevokeTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take your datasets out of a token; its holder gives the whole token back.",
        discussion: """
            Takes effect with the next block. What was opened before stays opened.

            EXAMPLE:
              chancery token revoke 3f9a12 --reason "the study has ended" --as site1
            """)

    @OptionGroup var decision: TokenDecision

    func run() async throws {
        let receipt = try await decision.options.session().revokeToken(decision.token, reason: decision.reason)
        try decision.printed(receipt, "revoked")
    }
}

struct ListTokens: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List all tokens with their state.",
        discussion: """
            EXAMPLE:
              chancery token list --home ./consortium
            """)

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let session = try options.session()
        let time = try session.blockTime()
        let (tokens, notices) = try session.state { state in
            let tokens = try state.tokens().sorted { $0.terms.requestedAt < $1.terms.requestedAt }
            return (tokens, try tokens.map { try ListTokens.notices(of: $0, state) })
        }
        let documents = zip(tokens, notices).map { ListTokens.document($0, time, $1) }
        try json.print(JSONValue.object(["tokens": .array(documents)])) {
            guard !tokens.isEmpty else { return "no token was ever asked for" }
            var table = TextTable(
                .text("token"), .text("for"), .text("status"), .number("uses left"), .text("until"), .text("packs"),
                .text("purpose"), .text("notices"))
            for (token, notices) in zip(tokens, notices) {
                table.append(
                    String(token.id.hex.prefix(12)), token.terms.grantee.text, token.status(at: time).rawValue,
                    String(token.usesLeft), token.terms.until.description,
                    token.terms.packs.map(\.text).joined(separator: ","), token.terms.purpose,
                    notices.map { "\($0.dataset) \($0.event.rawValue)" }.joined(separator: ", "))
            }
            return table.text()
        }
    }

    /// What its grantee was told of its datasets, of the versions that it is for.
    private static func notices(of token: Token, _ state: LedgerState) throws -> [DatasetNotice] {
        try token.datasets.compactMap { granted in
            try state.notice(of: granted.dataset, to: token.terms.grantee).flatMap { notice in
                notice.tokens.contains(token.id) && notice.manifest == granted.manifest ? notice : nil
            }
        }
    }

    private static func document(_ token: Token, _ time: Timestamp, _ notices: [DatasetNotice]) -> JSONValue {
        .object([
            "token": .string(token.id.hex), "grantee": .string(token.terms.grantee.text),
            "status": .string(token.status(at: time).rawValue), "pool": .string(token.terms.pool.text),
            "packs": .array(token.terms.packs.map { .string($0.text) }), "purpose": .string(token.terms.purpose),
            "uses": .integer(token.terms.uses), "usesLeft": .integer(token.usesLeft),
            "until": .string(token.terms.until.description),
            "notices": .array(notices.map(NoticeDocument.value)),
            "datasets": .array(
                token.datasets.map { dataset in
                    .object([
                        "dataset": .string(dataset.dataset.text), "status": .string(dataset.status.rawValue),
                        "undecided": .array(dataset.consent.undecided.map { .string($0.text) }),
                    ])
                }),
        ])
    }
}

/// Registered plans separated by commas: `spending@1,visits@2`.
struct ContractList: ExpressibleByArgument {
    let references: [ContractReference]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        references = parts.compactMap { ContractReference($0) }
        guard references.count == parts.count else { return nil }
    }
}
