package import Foundation
import GRDB

/// SQLite's own rate of durable commits on a disk: what a ledger on it can be measured against.
package enum BareCommits {
    /// Commits one row at a time into a new file, with the journal and the synchronisation of
    /// ``SQLiteLedgerStorage``.
    ///
    /// - Parameters:
    ///   - url: The file, not there yet.
    ///   - byteCount: Bytes of a row.
    /// - Returns: How long each commit took.
    /// - Throws: ``LedgerError/storage(path:detail:)``.
    package static func run(at url: URL, count: Int, byteCount: Int) throws -> [Duration] {
        try SQLiteLedgerStorage.attempt(url.path, 0) {
            let pool = try DatabasePool(path: url.path)
            defer { try? pool.close() }
            let row = Data(repeating: 0x61, count: byteCount)
            return try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try db.execute(sql: "CREATE TABLE rows (row INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT")
                let insert = try db.cachedStatement(sql: "INSERT INTO rows (content) VALUES (?)")
                let clock = ContinuousClock()
                return try (0..<count).map { _ in
                    try clock.measure {
                        try db.inTransaction(.immediate) {
                            try insert.execute(arguments: [row])
                            return .commit
                        }
                    }
                }
            }
        }
    }
}
