import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import Paillier
import SharingModel

struct PoolCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pool",
        abstract: "Pools: departments that publish under one key, so that their data can be combined.",
        discussion: """
            EXAMPLE:
              chancery pool create health --members site1,site2 --custodian ministry \\
                --as ministry
            """,
        subcommands: [
            CreatePoolCommand.self, AcknowledgeShareCommand.self, RefreshSharesCommand.self, ReshareCommand.self,
            DealSharesCommand.self, ShowPoolCommand.self,
        ])
}

struct CreatePoolCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Draw a pool's key, whole or in shares, and register the public part with its proof.",
        discussion: """
            Without --threshold the custodian holds the whole private key and opens results: it must be a party that \
            all members trust not to decrypt rows in silence. Searching the two safe primes takes from some seconds to \
            a minute.

            With --threshold nobody holds it: the custodian deals the key in shares to the holders, the members unless \
            others are named, and keeps nothing; so many of them open together. The pool is usable when all holders \
            have run `chancery pool acknowledge`.

            Gates say more than a number: '2 of ministry, (1 of audit, site3)' wants the ministry and one of the two \
            others. A gate may stand in a gate, four deep.

            EXAMPLE:
              chancery pool create health --members site1,site2 --custodian ministry --as ministry
              chancery pool create health --members site1,site2,site3 --threshold 2 --custodian ministry --as ministry
              chancery pool create health --members site1,site2,site3 --custodian ministry --holders \
            '2 of ministry, (2 of site1, site2, site3)' --as ministry
            """)

    @Argument(help: "The pool's name.")
    var name: PoolName

    @Option(help: ArgumentHelp("Departments that may publish into it.", valueName: "a,b,…"))
    var members: NameList<NameKind.Party>

    @Option(help: ArgumentHelp("Who holds the private key, or deals its shares.", valueName: "party"))
    var custodian: PartyName

    @OptionGroup var sharing: HoldersOptions

    @Option(help: ArgumentHelp("Bits of the modulus, 2048 at the least.", valueName: "bits"))
    var bits = 3_072

    @Option(
        help: ArgumentHelp(
            "What members' encryptions rest on: half (an exponent of half the key's length), short (512 bits: faster, "
                + "and a further assumption), textbook (r to the n: slowest). See docs/paillier.md.",
            valueName: "form"))
    var randomness = RandomnessForm.half

    @OptionGroup var primes: KnownPrimesOptions
    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard bits >= 2_048, bits <= 16_384, bits.isMultiple(of: 2) else {
            throw ValidationError("--bits must be even, 2048 to 16384: shorter keys protect nothing")
        }
        if let threshold = sharing.threshold, sharing.holders == nil {
            try PoolDocument.check(threshold, of: members.names.count)
        }
    }

    func run() async throws {
        let session = try options.session()
        let bar = ProgressBar("searching safe primes", unit: "candidates", total: nil)
        defer { bar.finish() }
        let shared = try sharing.shared(among: members.names)
        let receipt = try await CreatePoolKey(
            pool: name, members: members.names, custodian: custodian, bitCount: bits, randomness: randomness,
            holders: shared, draw: primes.draw
        ).run(as: session) { bar.update($0.testedCandidates) }
        bar.finish()
        let pool = try session.state { try $0.knownPool(name) }
        try json.print(
            receipt.document([
                "pool": .string(name.text), "custodian": .string(custodian.text), "bits": .integer(Int64(bits)),
                "keyFingerprint": .string(pool.keyFingerprint.hex), "randomness": .string(randomness.rawValue),
                "inForce": .bool(pool.isInForce),
            ])
        ) {
            let held =
                shared.map {
                    "dealt in shares of which \(PoolDocument.text($0.structure, $0.parties)) open together; each "
                        + "holder takes its own with `chancery pool acknowledge \(name)`"
                } ?? "held by \(custodian)"
            return "pool \(name): \(bits)-bit key \(pool.keyFingerprint.hex.prefix(16)), \(held)\n\(receipt.line)"
        }
    }
}

extension RandomnessForm: ExpressibleByArgument {}
