import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import SharingModel

struct CreatePseudonymKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Draw a section's key for pseudonyms, and register the public part.",
        discussion: """
            For the custodian whom the policy names. With --replaces, the new key takes the place of the one that is \
            named: from then on datasets are published under it, and those published before keep theirs. Persons under \
            the two cannot be matched. What waits to be evaluated lapses, and is asked for again. Keep a backup of your \
            vault: the old keys stay in it, and confirm what is opened of the old datasets.

            EXAMPLE:
              chancery pseudonym key --as ministry
              chancery pseudonym key --replaces 3f9a2c --as ministry
            """)

    @Option(help: ArgumentHelp("The key whose place it takes; its id, or its beginning.", valueName: "key"))
    var replaces: String?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let session = try options.session()
        let created = try await CreatePseudonymKey(replacing: replaces).run(as: session)
        let id = created.key.id.hex
        try json.print(
            created.receipt.document([
                "custodian": .string(session.party.text), "key": .string(id),
                "generation": .integer(created.key.generation), "lapsed": .integer(Int64(created.lapsed)),
            ])
        ) {
            let lapsed =
                created.lapsed == 0
                ? "" : "\n\(Quantity.counted(created.lapsed, "request")) lapsed: departments ask again under this key"
            return "\(session.section): key for pseudonyms \(id.prefix(16))\(lapsed)\n\(created.receipt.line)"
        }
    }
}
