import Contracts
import Foundation
import GRDB
import Ledger
import LedgerSQLite
import SharingModel
import TestSupport
import Testing

@Suite("Rebuilding and scrubbing")
struct RepairTests {
    let consortium: TestConsortium
    let folder: TemporaryFolder
    let ledger: Ledger

    /// A dozen blocks, cosigned by all now and then, the last ones by one department only.
    init() async throws {
        consortium = try TestConsortium(departments: 3)
        folder = try TemporaryFolder()
        ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        for number in 0..<6 {
            try await consortium.accept(ledger, consortium.request(purpose: "\(number)"), by: "statistics")
            if number < 5 {
                for party in consortium.departments {
                    _ = try consortium.open(folder.storage(), as: party)
                        .cosign(replica: SQLiteLedgerStorage.scratch(), lastSeen: nil)
                }
            }
        }
    }

    private func damage(_ sql: String) throws {
        try DatabaseQueue(path: folder.file().path).write { try $0.execute(sql: sql) }
    }

    /// A source that shows the blocks of a storage, all or only some of them, perhaps altered.
    private struct Shown: LedgerBlockSource {
        let name: String
        let ledger: Ledger
        var heights: @Sendable (Int) -> Bool = { _ in true }

        func block(at height: Int) throws -> ExportedBlock? {
            guard heights(height), try ledger.read({ try $0.block(at: height) }) != nil else { return nil }
            return try ledger.exportedBlock(at: height)
        }
    }

    @Test("A ledger is put together from sources none of which has all of it, up to the newest final block")
    func sources() throws {
        let head = try #require(try ledger.head()?.height)
        let odd = Shown(name: "odd", ledger: ledger) { $0 % 2 == 1 || $0 < 4 }
        let even = Shown(name: "even", ledger: ledger) { $0 % 2 == 0 }
        let built = try consortium.open(folder.storage("built"))
        let report = try built.rebuild(from: [odd, even], requiringQuorum: true)
        #expect(try built.head()?.height == head - 1, "the newest block is not final")
        #expect((report.taken["odd"] ?? 0) > 0 && (report.taken["even"] ?? 0) > 0)
        #expect(try built.audit(scratch: SQLiteLedgerStorage.scratch()).findings == [])
        // Without the quorum, what was executed is enough.
        _ = try built.rebuild(from: [even, odd], requiringQuorum: false)
        #expect(try built.head() == ledger.head())
    }

    @Test("What can still be read of a damaged storage is used, and what is wrong in it is not")
    func ownBlocks() throws {
        let whole = try consortium.open(folder.storage("whole"))
        try ledger.catchUp(folder.storage("whole"))
        try damage("UPDATE entries SET payload = X'017b' WHERE leaf = (SELECT MAX(leaf) - 4 FROM entries)")
        let built = try consortium.open(folder.storage("built"))
        let own = StoredBlocks(name: "own", storage: try folder.storage(), of: built)
        let report = try built.rebuild(
            from: [own, Shown(name: "other", ledger: whole)], requiringQuorum: false)
        #expect(try built.head() == whole.head())
        #expect(report.taken["other"] == 1 && (report.taken["own"] ?? 0) > 5, "\(report)")
    }

    @Test("A scrub finds what an audit finds, a block at a time, while others commit")
    func scrub() async throws {
        var pauses = 0
        let sound = try await ledger.scrub(scratch: SQLiteLedgerStorage.scratch()) { _ in
            pauses += 1
            if pauses == 2 {
                try await consortium.accept(ledger, consortium.request(purpose: "meanwhile"), by: "statistics")
            }
        }
        let head = try #require(try ledger.head()?.height)
        #expect(sound == [] && pauses == head + 1, "the block that came meanwhile was read too")
        for (sql, table) in [
            ("UPDATE outcomes SET writes = zeroblob(32) WHERE leaf = 2", "blocks"),
            ("UPDATE hashes SET hash = zeroblob(32) WHERE position = 3", "blocks"),
            ("DELETE FROM state WHERE key = (SELECT MAX(key) FROM state)", "state"),
        ] {
            let name = "copy-\(table)-\(sql.count)"
            let copy = try folder.storage(name)
            try ledger.catchUp(copy)
            try await DatabaseQueue(path: folder.file(name).path).write { try $0.execute(sql: sql) }
            let found = try await consortium.open(copy).scrub(scratch: SQLiteLedgerStorage.scratch()) { _ in }
            #expect(found.first?.table == table, "\(sql): \(found)")
        }
    }

    @Test("A value of another type in a damaged page is an error, not the end of the process")
    func foreignTypes() throws {
        // STRICT is what keeps such values out; a damaged page does not ask.
        let queue = try DatabaseQueue(path: folder.file().path)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA writable_schema = ON")
            try db.execute(
                sql: "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name IN ('blocks', 'entries')")
        }
        try queue.close()
        let again = try DatabaseQueue(path: folder.file().path)
        try again.write { db in
            try db.execute(sql: "UPDATE entries SET payload = NULL WHERE 0")
            try db.execute(sql: "UPDATE entries SET kind = X'00ff' WHERE leaf = 0")
        }
        try again.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA writable_schema = ON")
            try db.execute(
                sql: "UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE name IN ('blocks', 'entries')")
        }
        try again.close()
        #expect(throws: LedgerError.self) {
            let storage = try folder.storage()
            try storage.read { _ = try $0.entry(at: 0) }
        }
    }
}
