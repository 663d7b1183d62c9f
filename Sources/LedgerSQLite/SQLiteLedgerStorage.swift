package import Foundation
import GRDB
package import Ledger

/// A ledger in one SQLite file, which any number of processes may open and commit to.
///
/// Write-ahead log with `synchronous = FULL`: SQLite has called `fsync` on the log before a commit returns. A crash
/// before that leaves a log whose last commit frame is missing, which the next opener ignores; a crash after it
/// leaves a log that the next opener replays. Beside the file stand `-wal` and `-shm`; all three belong together.
package final class SQLiteLedgerStorage: LedgerStorage {
    private let database: any DatabaseWriter
    private let path: String
    private let patience: Int

    private let records = RecentRecords(limit: 8)

    /// Opens the file, and makes it if it is not there.
    ///
    /// - Parameters:
    ///   - url: The file; its folder exists and is on a local disk (SQLite's locks need it).
    ///   - patience: Longest wait for another process's commit, in seconds.
    ///   - creating: Whether a file that is missing is made.
    /// - Throws: ``LedgerError/notALedger(path:)`` for a file of something else,
    ///   ``LedgerError/storage(path:detail:)`` for what SQLite reports.
    package init(url: URL, patience: Int = 60, creating: Bool = true) throws {
        guard creating || FileManager.default.fileExists(atPath: url.path) else {
            throw LedgerError.storage(path: url.path, detail: "there is no such file")
        }
        self.patience = patience
        path = url.path
        database = try SQLiteLedgerStorage.attempt(url.path, patience) {
            try SQLiteLedgerStorage.openPatiently(url.path, patience)
        }
    }

    private init(database: any DatabaseWriter) {
        self.database = database
        patience = 0
        path = ":memory:"
    }

    /// An empty ledger in memory, for executing another one again; gone when the last reference is.
    package static func scratch() throws -> SQLiteLedgerStorage {
        try attempt(":memory:", 0) {
            let queue = try DatabaseQueue()
            try queue.write { try Schema.create($0) }
            return SQLiteLedgerStorage(database: queue)
        }
    }

    package func read<Value>(_ body: (any LedgerReader) throws -> Value) throws -> Value {
        try SQLiteLedgerStorage.attempt(path, patience) {
            try database.read { try body(SQLiteLedgerReader(database: $0, path: path, records: records)) }
        }
    }

    package func commit<Value>(_ body: (any LedgerWriter) throws -> Value) throws -> Value {
        try SQLiteLedgerStorage.attempt(path, patience) {
            try database.writeWithoutTransaction { db in
                var value: Value?
                // IMMEDIATE takes the write lock before the first read, so what `body` reads cannot be overtaken.
                try db.inTransaction(.immediate) {
                    value = try body(SQLiteLedgerWriter(database: db, path: path, records: records))
                    return .commit
                }
                guard let value else { throw LedgerError.storage(path: path, detail: "the commit gave no value") }
                return value
            }
        }
    }

    package func damage() throws -> [String] {
        try SQLiteLedgerStorage.attempt(path, patience) {
            try database.read { db in
                try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
            }
        }
    }

    /// What SQLite does at each commit, in its own number: 2 is `FULL`.
    package func synchronousMode() throws -> Int {
        try SQLiteLedgerStorage.attempt(path, patience) {
            try database.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? -1 }
        }
    }

    /// Moves the write-ahead log into the file as far as readers let it, for a backup of the one file or for its size.
    /// Changes nothing that is durable.
    package func fold() throws {
        try SQLiteLedgerStorage.attempt(path, patience) {
            _ = try database.writeWithoutTransaction { try $0.checkpoint(.passive) }
        }
    }

    /// Writes what the ledger holds at one moment into a new file, while others read and commit.
    /// - Parameter file: Must not exist. One file, with nothing beside it; not synchronized.
    /// - Throws: ``LedgerError/storage(path:detail:)``, where a page is damaged too.
    package func snapshot(into file: URL) throws {
        try SQLiteLedgerStorage.attempt(path, patience) {
            try database.writeWithoutTransaction {
                try $0.execute(sql: "VACUUM INTO ?", arguments: [file.path(percentEncoded: false)])
            }
        }
    }

    /// Bytes of the whole ledger as the file will have them once the log is moved into it.
    package func byteCount() throws -> Int {
        try SQLiteLedgerStorage.attempt(path, patience) {
            try database.read { db in
                let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                return pages * (try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
            }
        }
    }

    /// Closes the file. Not needed for durability.
    package func close() throws {
        try database.close()
    }
}

extension SQLiteLedgerStorage {
    /// Switching a new file to write-ahead logging, and recovering one after a crash, take an exclusive lock for
    /// which SQLite's own busy handler is not asked; so those who come at the same moment try again here.
    private static func openPatiently(_ path: String, _ patience: Int) throws -> DatabasePool {
        let deadline = ContinuousClock.now.advanced(by: .seconds(patience))
        while true {
            do {
                return try open(path, patience)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                guard ContinuousClock.now < deadline else { throw error }
                Thread.sleep(forTimeInterval: 0.01)
            }
        }
    }

    private static func open(_ path: String, _ patience: Int) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.busyMode = .timeout(TimeInterval(patience))
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
        let pool = try DatabasePool(path: path, configuration: configuration)
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
                } else if !Schema.readableVersions.contains(version) || application != Schema.applicationIdentifier {
                    throw LedgerError.notALedger(path: path)
                }
                guard try Schema.isUnchanged(db) else { throw LedgerError.notALedger(path: path) }
                if version != Schema.version { try db.execute(sql: "PRAGMA user_version = \(Schema.version)") }
                return .commit
            }
        }
        return pool
    }

    /// Runs `body` and says SQLite's errors in the ledger's terms.
    static func attempt<Value>(_ path: String, _ patience: Int, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED: throw LedgerError.busy(seconds: patience)
            case .SQLITE_NOTADB: throw LedgerError.notALedger(path: path)
            default: throw LedgerError.storage(path: path, detail: error.message ?? "\(error.resultCode)")
            }
        }
    }
}
