import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import SharingModel

struct LedgerLog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "List the ledger's transactions with what came of them, refused ones included.",
        discussion: """
            EXAMPLE:
              chancery ledger log --last 20
            """)

    @Option(help: ArgumentHelp("Only the newest n.", valueName: "n"))
    var last: Int?

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        if let last, last < 1 { throw ValidationError("--last must be 1 or more") }
    }

    func run() throws {
        let session = try options.session()
        let lines = try session.ledger.read { reader -> [Line] in
            guard let head = try reader.head() else { return [] }
            var lines = [Line]()
            var height = head.height
            // From the newest block back, until there are enough.
            while height >= 0, lines.count < last ?? .max, let block = try reader.block(at: height) {
                for entry in try reader.entries(in: block.entries).reversed() where lines.count < last ?? .max {
                    lines.append(try Line(entry, in: block, outcome: reader.outcome(at: entry.index)))
                }
                height -= 1
            }
            return lines.reversed()
        }
        try json.print(JSONValue.object(["transactions": .array(lines.map(\.document))])) {
            var table = TextTable(
                .number("height"), .text("time"), .text("transaction"), .text("kind"), .text("by"), .text("outcome"))
            for line in lines {
                table.append(
                    String(line.height), line.time, String(line.id.prefix(12)), line.kind, line.by,
                    line.refusal.map { "refused: \($0.code.rawValue)" } ?? "accepted")
            }
            return table.text()
        }
    }

    private struct Line {
        let height: Int
        let time: String
        let id: String
        let kind: String
        let by: String
        let refusal: Refusal?

        init(_ entry: StoredEntry, in block: StoredBlock, outcome: StoredOutcome?) throws {
            let transaction = try Transaction(entry.envelope)
            height = block.height
            time = block.record.time.description
            id = entry.id.hex
            kind = transaction.kind.rawValue
            by = transaction.header.by.text
            refusal = outcome?.refusal
        }

        var document: JSONValue {
            .object([
                "height": .integer(Int64(height)), "time": .string(time), "transaction": .string(id),
                "kind": .string(kind), "by": .string(by), "accepted": .bool(refusal == nil),
                "reason": refusal.map { .string($0.code.rawValue) } ?? .null,
            ])
        }
    }
}
