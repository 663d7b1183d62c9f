package import Foundation
import GRDB
package import Ledger

/// A ledger in one SQLite file, which any number of processes may open and commit to.
///
/// Write-ahead log with `synchronous = FULL`: SQLite has called `fsync` on the log before a commit returns. A crash
/// before that leaves a log whose last commit frame is missing, which the next opener ignores; a crash after it
/// leaves a log that the next opener replays. Beside the file stand `-wal` and `-shm`; all three belong together.
package final class SQLiteLedgerStorage: LedgerStorage {
    private let pool: DatabasePool
    private let url: URL
    private let patience: Int

    /// Opens the file, and makes it if it is not there.
    ///
    /// - Parameters:
    ///   - url: The file; its folder exists and is on a local disk (SQLite's locks need it).
    ///   - patience: Longest wait for another process's commit, in seconds.
    /// - Throws: ``LedgerError/notALedger(path:)`` for a file of something else,
    ///   ``LedgerError/storage(path:detail:)`` for what SQLite reports.
    package init(url: URL, patience: Int = 60) throws {
        self.url = url
        self.patience = patience
        pool = try SQLiteLedgerStorage.attempt(url, patience) {
            try SQLiteLedgerStorage.open(url, patience)
        }
    }

    package func read<Value>(_ body: (any LedgerReader) throws -> Value) throws -> Value {
        try SQLiteLedgerStorage.attempt(url, patience) {
            try pool.read { try body(SQLiteLedgerReader(database: $0, path: url.path)) }
        }
    }

    package func commit<Value>(_ body: (any LedgerWriter) throws -> Value) throws -> Value {
        try SQLiteLedgerStorage.attempt(url, patience) {
            try pool.writeWithoutTransaction { db in
                var value: Value?
                // IMMEDIATE takes the write lock before the first read, so what `body` reads cannot be overtaken.
                try db.inTransaction(.immediate) {
                    value = try body(SQLiteLedgerWriter(database: db, path: url.path))
                    return .commit
                }
                guard let value else { throw LedgerError.storage(path: url.path, detail: "the commit gave no value") }
                return value
            }
        }
    }

    package func damage() throws -> [String] {
        try SQLiteLedgerStorage.attempt(url, patience) {
            try pool.read { db in
                try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
            }
        }
    }

    /// Closes the file. Not needed for durability.
    package func close() throws {
        try pool.close()
    }
}

extension SQLiteLedgerStorage {
    private static func open(_ url: URL, _ patience: Int) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.busyMode = .timeout(TimeInterval(patience))
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
        let pool = try DatabasePool(path: url.path, configuration: configuration)
        try pool.writeWithoutTransaction { db in
            // Not in `prepareDatabase`: the pool itself sets NORMAL after that, which would let a power cut take
            // back acknowledged commits.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.inTransaction(.immediate) {
                let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
                let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
                let tables = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_schema") ?? 0
                if version == 0, application == 0, tables == 0 {
                    try Schema.create(db)
                } else if version != Schema.version || application != Schema.applicationIdentifier {
                    throw LedgerError.notALedger(path: url.path)
                }
                return .commit
            }
        }
        return pool
    }

    /// Runs `body` and says SQLite's errors in the ledger's terms.
    private static func attempt<Value>(_ url: URL, _ patience: Int, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED: throw LedgerError.busy(seconds: patience)
            case .SQLITE_NOTADB: throw LedgerError.notALedger(path: url.path)
            default: throw LedgerError.storage(path: url.path, detail: error.message ?? "\(error.resultCode)")
            }
        }
    }
}
