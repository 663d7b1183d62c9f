import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import SharingModel

struct LedgerStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how long the ledger is, and who has cosigned it.",
        discussion: """
            EXAMPLE:
              chancery ledger status --section registry
            """)

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let session = try options.session()
        let head = try session.ledger.cosignedBlock(.head)
        let final = try session.ledger.cosignedBlock(.final)
        let policy = session.ledger.policy
        let equivocators = try session.state { try Set($0.equivocations().map(\.party)).sorted() }
        try json.print(
            JSONValue.object([
                "consortium": .string(session.places.consortium.digest.hex),
                "section": .string(session.ledger.identity.section.text),
                "origin": .string(policy.origin),
                "height": head.map { .integer(Int64($0.block.height)) } ?? .null,
                "size": head.map { .integer(Int64($0.block.size)) } ?? .null,
                "root": head.map { .string($0.block.root.hex) } ?? .null,
                "time": head.map { .string($0.block.record.time.description) } ?? .null,
                "cosigners": .array((head?.cosigners ?? []).map { .string($0.text) }),
                "needed": .integer(Int64(policy.needed)),
                "equivocators": .array(equivocators.map { .string($0.text) }),
                "finalHeight": final.map { .integer(Int64($0.block.height)) } ?? .null,
            ])
        ) {
            guard let head else { return "the ledger is empty" }
            return """
                \(session.places.consortium.record.name), ledger of \(session.ledger.identity.section)
                consortium  \(session.places.consortium.digest)
                origin      \(policy.origin)
                height      \(head.block.height), \(Quantity.counted(head.block.size, "entry", "entries"))
                root        \(head.block.root)
                time        \(head.block.record.time)
                cosigned    by \(head.cosigners.count) of \(policy.parties.count) \
                (\(policy.needed) needed): \(head.cosigners.map(\.text).joined(separator: ", "))
                final       \(final.map { "height \($0.block.height)" } ?? "nothing yet")
                """
                    + (equivocators.isEmpty
                        ? ""
                        : "\nequivocated \(equivocators.map(\.text).joined(separator: ", ")): see `chancery registry list`")
        }
    }
}
