import Contracts
import Foundation
import GRDB
import Ledger
import LedgerSQLite
import SharingModel
import TestSupport
import Testing

@Suite("Audit")
struct AuditTests {
    let consortium: TestConsortium
    let folder: TemporaryFolder
    let ledger: Ledger

    init() async throws {
        consortium = try TestConsortium(departments: 2)
        folder = try TemporaryFolder()
        ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        let token = try await consortium.token(ledger, uses: 1)
        for _ in 0..<2 {
            _ = try await ledger.submit(
                try consortium.envelope(consortium.redemption(of: token), by: "statistics"))
        }
        _ = try consortium.open(folder.storage(), as: "site2")
            .cosign(replica: SQLiteLedgerStorage.scratch(), lastSeen: nil)
    }

    private func audit() throws -> AuditReport {
        try ledger.audit(scratch: SQLiteLedgerStorage.scratch())
    }

    @Test("A sound ledger has no findings, and all of it was executed")
    func sound() throws {
        let report = try audit()
        let head = try #require(try ledger.head())
        #expect(report.findings == [])
        #expect(report.executedBlocks == head.height + 1)
        #expect(report.transactions == 7)
        #expect(report.size == head.size && report.root == head.root)
    }

    @Test("An empty ledger is sound")
    func empty() throws {
        let report = try consortium.open(folder.storage("new")).audit(scratch: SQLiteLedgerStorage.scratch())
        #expect(report.isSound && report.executedBlocks == 0)
    }

    @Test(
        "A value changed in any table and any column is found",
        arguments: [
            ("meta", "name"), ("meta", "value"), ("entries", "leaf"), ("entries", "id"), ("entries", "kind"),
            ("entries", "payload"), ("entries", "signatures"), ("outcomes", "leaf"), ("outcomes", "refusal"),
            ("outcomes", "writes"), ("hashes", "position"), ("hashes", "hash"), ("blocks", "height"),
            ("blocks", "size"), ("blocks", "record"), ("blocks", "root"), ("cosignatures", "height"),
            ("cosignatures", "party"), ("cosignatures", "signature"), ("state", "key"), ("state", "value"),
        ])
    func changedValue(table: String, column: String) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed) for \(table).\(column)")
        var generator = SeededGenerator(seed: seed)
        let file = try DatabaseQueue(path: folder.file().path)
        let rows = try file.read { try Row.fetchAll($0, sql: "SELECT * FROM \(table)") }
        for row in rows.shuffled(using: &generator).prefix(3) {
            let value: DatabaseValue = row[column]
            let changed = Self.changed(value, using: &generator)
            let columns = Array(row.columnNames)
            var values = columns.map { row[$0] as DatabaseValue }
            try replace(file, table, columns, values, column, by: changed)
            let report = try audit()
            #expect(!report.isSound, "\(table).\(column) of \(row)")
            values[try #require(columns.firstIndex(of: column))] = changed
            try replace(file, table, columns, values, column, by: value)
        }
        #expect(try audit().findings == [])
    }

    @Test(
        "A row taken out of any table is found, and one put into the state",
        arguments: [
            "meta", "entries", "outcomes", "hashes", "blocks", "state",
        ])
    func missingRow(table: String) throws {
        let file = try DatabaseQueue(path: folder.file().path)
        let key = ["meta": "name", "entries": "leaf", "outcomes": "leaf", "hashes": "position", "blocks": "height"]
        let column = key[table] ?? "key"
        try file.write { db in
            try db.execute(sql: "DELETE FROM \(table) WHERE \(column) = (SELECT MAX(\(column)) FROM \(table))")
        }
        #expect(try !audit().isSound)
    }

    @Test("A row put into the state is found, and the report names it")
    func addedState() throws {
        try DatabaseQueue(path: folder.file().path).write { db in
            try db.execute(sql: "INSERT INTO state VALUES ('token/forged', X'7b7d')")
        }
        let findings = try audit().findings
        #expect(findings.contains { $0.table == "state" && $0.place == "token/forged" })
    }

    @Test("A damaged block is named by its height, and those behind it as not executed")
    func heights() throws {
        try DatabaseQueue(path: folder.file().path).write { db in
            try db.execute(sql: "UPDATE outcomes SET writes = zeroblob(32) WHERE leaf = 2")
        }
        let report = try audit()
        #expect(report.executedBlocks == 1)
        #expect(report.findings.first?.height == 1)
        #expect(report.findings.contains { $0.height == 2 })
    }

    private static func changed(_ value: DatabaseValue, using generator: inout SeededGenerator) -> DatabaseValue {
        switch value.storage {
        case .null: return Data("{}".utf8).databaseValue
        case .int64(let number): return (number ^ (1 << Int64.random(in: 12...40, using: &generator))).databaseValue
        case .double(let number): return (number + 1).databaseValue
        case .string(let text):
            var bytes = Array(text.utf8)
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1
            return String(decoding: bytes, as: UTF8.self).databaseValue
        case .blob(let data):
            var bytes = [UInt8](data)
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            return Data(bytes).databaseValue
        }
    }

    /// Sets one column of the row that has exactly `values`.
    private func replace(
        _ file: DatabaseQueue, _ table: String, _ columns: [String], _ values: [DatabaseValue], _ column: String,
        by value: DatabaseValue
    ) throws {
        try file.write { db in
            let condition = columns.map { "\($0) IS ?" }.joined(separator: " AND ")
            try db.execute(
                sql: "UPDATE \(table) SET \(column) = ? WHERE \(condition)",
                arguments: StatementArguments([value] + values))
            #expect(db.changesCount == 1)
        }
    }
}
