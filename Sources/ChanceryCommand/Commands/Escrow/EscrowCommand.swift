import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import Paillier
import SharingModel

struct EscrowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "escrow",
        abstract: "Keys for sealed columns, and who may open one record of them when the policy allows it.",
        discussion: """
            A department deposits its key for fields in shares with those whom the policy names. Each opens nothing \
            alone: who needs one record asks with a reason, the owner is told at once, and enough holders have to grant \
            it. See docs/escrow.md.

            EXAMPLE:
              chancery escrow request site1-2026 --row 17 --field name --reason "case 4/2026" --as audit
            """,
        subcommands: [
            CreateFieldKeyCommand.self, DepositCommand.self, AcknowledgeCommand.self, RefreshDepositCommand.self,
            ReshareDepositCommand.self, DealDepositCommand.self, RequestOpeningCommand.self, GrantOpeningCommand.self,
            DenyOpeningCommand.self, OpenGrantedCommand.self, ListEscrow.self,
            EscrowNotices.self,
        ])
}

struct CreateFieldKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Draw your department's key for sealed columns, and register the public part with its proof.",
        discussion: """
            The key encrypts the keys of sealed cells and nothing else. Searching the two safe primes takes from some \
            seconds to a minute.

            EXAMPLE:
              chancery escrow key --as site1
            """)

    @Option(help: ArgumentHelp("Bits of the modulus, 2048 at the least.", valueName: "bits"))
    var bits = 3_072

    @OptionGroup var primes: KnownPrimesOptions
    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard bits >= 2_048, bits <= 16_384, bits.isMultiple(of: 2) else {
            throw ValidationError("--bits must be even, 2048 to 16384: shorter keys protect nothing")
        }
    }

    func run() async throws {
        let session = try options.session()
        let bar = ProgressBar("searching safe primes", unit: "candidates", total: nil)
        defer { bar.finish() }
        let receipt = try await CreateFieldKey(bitCount: bits, draw: primes.draw).run(as: session) {
            bar.update($0.testedCandidates)
        }
        bar.finish()
        let key = try session.state { try $0.fieldKey(of: session.party) }
        let fingerprint = key?.keyFingerprint.hex ?? ""
        try json.print(
            receipt.document([
                "party": .string(session.party.text), "bits": .integer(Int64(bits)),
                "keyFingerprint": .string(fingerprint),
            ])
        ) { "\(session.party): \(bits)-bit key for fields \(fingerprint.prefix(16))\n\(receipt.line)" }
    }
}

struct DepositCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deposit",
        abstract: "Share your key for fields, or your pool's key, among the holders whom the policy names.",
        discussion: """
            Each share is sealed to its holder, and the values that it is checked by stand on the ledger. Your \
            department can publish when all holders have acknowledged; into a pool whose custodian has a rule, anybody. \
            `chancery pool create` deposits the new key itself; after a complaint, --pool deposits it again.

            When the policy has come to name other holders, the command deals to those; until all of them have \
            acknowledged, the deposit before stays in force. With --anew it deals again to the same, for example for one \
            who has lost its share. Who has lost its key cannot deal: its holders move their shares without it, with \
            `chancery escrow reshare`.

            EXAMPLE:
              chancery escrow deposit --as site1
              chancery escrow deposit --pool health --as ministry
            """)

    @Option(help: ArgumentHelp("A pool whose key you hold. (default: your key for fields)", valueName: "name"))
    var pool: PoolName?

    @Flag(help: "Deal again what all holders have acknowledged.")
    var anew = false

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let session = try options.session()
        let deposited = try await DepositKeyShares(pool: pool, anew: anew).run(as: session)
        let holders = deposited.holders.map(\.text)
        try json.print(
            deposited.receipt.document([
                "deposit": .string(deposited.receipt.transaction.hex), "holders": .array(holders.map { .string($0) }),
            ])
        ) {
            "shares sealed to \(holders.joined(separator: ", ")): each adds `chancery escrow acknowledge`\n"
                + deposited.receipt.line
        }
    }
}

struct AcknowledgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge",
        abstract: "Check the shares that wait for you, keep them in your vault, and say so on the ledger.",
        discussion: """
            Shares wait that an owner has deposited, and those that its holders have refreshed or moved. One that is not \
            what was published is complained of on the ledger, and the command ends with 1. Shares that others have taken \
            the place of are taken out of your vault, by this and by whatever you run next.

            EXAMPLE:
              chancery escrow acknowledge --as ministry
            """)

    @Option(help: ArgumentHelp("Whose deposit. (default: all that wait)", valueName: "party"))
    var owner: PartyName?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let answers = try await AcknowledgeDeposits(owner: owner).run(as: options.session())
        try json.print(
            JSONValue.array(
                answers.map { answer in
                    answer.receipt.document([
                        "owner": .string(answer.owner.text), "acknowledged": .bool(answer.complaint == nil),
                        "pool": answer.pool.map { .string($0.text) } ?? .null,
                        "epoch": .integer(Int64(answer.epoch)),
                    ])
                })
        ) {
            answers.isEmpty
                ? "no share waits for you"
                : answers.map { answer in
                    "\(answer.owner)\(answer.pool.map { ", pool \($0)" } ?? ""): \(answer.complaint.map { "REFUSED: \($0)" } ?? "acknowledged")\n\(answer.receipt.line)"
                }.joined(separator: "\n")
        }
        if answers.contains(where: { $0.complaint != nil }) { throw ExitCode(1) }
    }
}
