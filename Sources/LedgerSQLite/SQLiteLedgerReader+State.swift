import Contracts
import Foundation
import GRDB

extension SQLiteLedgerReader {
    func value(for key: String) throws -> Data? {
        try Data.fetchOne(
            database.cachedStatement(sql: "SELECT value FROM state WHERE key = ?"), arguments: [key])
    }

    func entries(prefix: String) throws -> [StateEntry] {
        // Keys are ASCII, compared as bytes: behind the last key with this prefix comes the prefix followed by 0x7F.
        let statement = try database.cachedStatement(
            sql: "SELECT key, value FROM state WHERE key >= ? AND key < ? ORDER BY key")
        return try Row.fetchAll(statement, arguments: [prefix, prefix + "\u{7F}"]).map {
            StateEntry(key: $0["key"], value: $0["value"])
        }
    }
}
