import Contracts
import Foundation
import GRDB
import Ledger
import SharingModel
import TransparencyLog

extension SQLiteLedgerReader {
    func hashes(at indices: [Int]) throws -> [Digest] {
        let statement = try database.cachedStatement(sql: "SELECT hash FROM hashes WHERE position = ?")
        return try indices.map { index in
            guard let bytes = try Data.fetchOne(statement, arguments: [index]) else {
                throw TransparencyLogError.hashNotStored(index: index)
            }
            guard let hash = Digest(bytes: bytes) else {
                throw LedgerError.malformedRow(table: "hashes", key: "\(index)")
            }
            return hash
        }
    }

    func value(for key: String) throws -> Data? {
        let stored = try Data.fetchOne(
            database.cachedStatement(sql: "SELECT value FROM state WHERE key = ?"), arguments: [key])
        return try stored.map { try unpack($0, key) }
    }

    func entries(prefix: String) throws -> [StateEntry] {
        // Keys are ASCII, compared as bytes: behind the last key with this prefix comes the prefix followed by 0x7F.
        try entries(from: prefix, before: prefix + "\u{7F}")
    }

    func entries(prefix: String, before end: String) throws -> [StateEntry] {
        try entries(from: prefix, before: min(end, prefix + "\u{7F}"))
    }

    private func entries(from first: String, before end: String) throws -> [StateEntry] {
        let statement = try database.cachedStatement(
            sql: "SELECT key, value FROM state WHERE key >= ? AND key < ? ORDER BY key")
        return try Row.fetchAll(statement, arguments: [first, end]).map {
            let key: String = try $0.checked("key", of: "state")
            return StateEntry(key: key, value: try unpack($0.checked("value", of: "state"), key))
        }
    }

    private func unpack(_ stored: Data, _ key: String) throws -> Data {
        guard let value = PackedJSON.unpack(stored) else { throw LedgerError.malformedRow(table: "state", key: key) }
        return value
    }
}
