import ArgumentParser
import CanonicalJSON
import Gateway
import SealedTables
import SharingModel

struct ShowPseudonymsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the pseudonyms in one row of a dataset.",
        discussion: """
            Whose one is, `chancery escrow request DATASET --pseudonym …` asks.

            EXAMPLE:
              chancery pseudonym show site1-2026 --row 17 --as audit
            """)

    @Argument(help: "The dataset's name.")
    var dataset: DatasetName

    @Option(help: ArgumentHelp("The row, from 0.", valueName: "n"))
    var row: Int

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard row >= 0 else { throw ValidationError("--row counts from 0") }
    }

    func run() async throws {
        let shown = try options.session().pseudonyms(in: dataset, row: row)
        let columns = shown.pseudonyms.sorted { $0.key < $1.key }
        try json.print(
            JSONValue.object([
                "dataset": .string(dataset.text), "row": .integer(Int64(row)),
                "key": shown.key.map { .string($0.hex) } ?? .null,
                "pseudonyms": .object(
                    Dictionary(uniqueKeysWithValues: columns.map { ($0.key, .string($0.value.hex)) })),
            ])
        ) {
            columns.isEmpty
                ? "row \(row) of \(dataset) has no pseudonym"
                : columns.map { "\($0.key): \($0.value.hex)" }.joined(separator: "\n")
        }
    }
}
