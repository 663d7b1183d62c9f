import CanonicalJSON
import Ledger
import SharingModel

extension Receipt {
    /// What every command that writes to the ledger prints.
    var fields: [String: JSONValue] {
        [
            "transaction": .string(transaction.hex), "height": .integer(Int64(height)),
            "section": .string(section.text),
        ]
    }

    /// The document of a command: these fields and its own.
    func document(_ own: [String: JSONValue] = [:]) -> JSONValue {
        .object(fields.merging(own) { _, own in own })
    }

    /// The same in a line for people.
    var line: String { "recorded at height \(height) of \(section) as transaction \(transaction.hex.prefix(12))" }
}
