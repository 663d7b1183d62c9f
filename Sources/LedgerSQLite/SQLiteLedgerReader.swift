import CanonicalJSON
import Contracts
import Foundation
import GRDB
import Ledger
import SharingModel
import SignedEnvelopes
import TransparencyLog

/// Decoded records by their bytes: the newest block's is read for each transaction.
typealias RecentRecords = RecentValues<Data, BlockRecord>

/// Reads one snapshot. Statements are prepared once a connection and kept.
class SQLiteLedgerReader: LedgerReader {
    let database: Database
    let path: String
    private let records: RecentRecords

    init(database: Database, path: String, records: RecentRecords) {
        (self.database, self.path, self.records) = (database, path, records)
    }

    func identity() throws -> LedgerIdentity? {
        let rows = try Row.fetchAll(database.cachedStatement(sql: "SELECT name, value FROM meta ORDER BY name"))
        if rows.isEmpty { return nil }
        let pairs = try rows.map { row in
            (
                try row.checked("name", of: "meta", as: String.self),
                try row.checked("value", of: "meta", as: String.self)
            )
        }
        let values = Dictionary(pairs) { first, _ in first }
        guard rows.count == 2, let consortium = Digest(hex: values["consortium"] ?? ""),
            let section = SectionName(values["section"] ?? "")
        else { throw LedgerError.malformedRow(table: "meta", key: "consortium, section") }
        return LedgerIdentity(consortium: consortium, section: section)
    }

    func head() throws -> StoredBlock? {
        try block("SELECT * FROM blocks ORDER BY height DESC LIMIT 1", [])
    }

    func block(at height: Int) throws -> StoredBlock? {
        try block("SELECT * FROM blocks WHERE height = ?", [height])
    }

    func block(holding index: Int) throws -> StoredBlock? {
        try block("SELECT * FROM blocks WHERE size > ? ORDER BY size LIMIT 1", [index])
    }

    func block(ofSize size: Int) throws -> StoredBlock? {
        try block("SELECT * FROM blocks WHERE size = ?", [size])
    }

    private func block(_ sql: String, _ arguments: StatementArguments) throws -> StoredBlock? {
        guard let row = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: arguments) else { return nil }
        let height: Int = try row.checked("height", of: "blocks")
        let size: Int = try row.checked("size", of: "blocks")
        let bytes: Data = try row.checked("record", of: "blocks")
        guard let root = Digest(bytes: try row.checked("root", of: "blocks", as: Data.self)),
            let record = records.value(for: bytes, { try? CanonicalJSON.decode(BlockRecord.self, from: bytes) }),
            record.height == height,
            (0...BlockRecord.largestTransactionCount).contains(record.transactions),
            (record.transactions + 1...TreeHead.largestSize).contains(size)
        else { throw LedgerError.malformedRow(table: "blocks", key: "\(height)") }
        return StoredBlock(record: record, recordBytes: bytes, size: size, root: root)
    }

    func cosignatures(height: Int) throws -> [PartyCosignature] {
        let sql = "SELECT party, signature FROM cosignatures WHERE height = ? ORDER BY party"
        return try Row.fetchAll(database.cachedStatement(sql: sql), arguments: [height]).map { row in
            guard let party = PartyName(try row.checked("party", of: "cosignatures", as: String.self)) else {
                throw LedgerError.malformedRow(table: "cosignatures", key: "\(height)")
            }
            return PartyCosignature(party: party, signature: try row.checked("signature", of: "cosignatures"))
        }
    }

    func lastHeight(cosignedBy count: Int, notAbove height: Int) throws -> Int? {
        let sql = """
            SELECT height FROM cosignatures WHERE height <= ?
            GROUP BY height HAVING COUNT(*) >= ? ORDER BY height DESC LIMIT 1
            """
        return try Int.fetchOne(database.cachedStatement(sql: sql), arguments: [height, count])
    }

    func counts() throws -> StoredCounts {
        func count(_ table: String) throws -> Int {
            try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM \(table)") ?? 0
        }
        return StoredCounts(
            entries: try count("entries"), outcomes: try count("outcomes"), hashes: try count("hashes"),
            blocks: try count("blocks"), cosignatures: try count("cosignatures"), state: try count("state"))
    }
}
