import CanonicalJSON
import Contracts
import Foundation
import GRDB
import Ledger
import SharingModel
import SignedEnvelopes

extension SQLiteLedgerReader {
    func entry(at index: Int) throws -> StoredEntry? {
        try entries("SELECT * FROM entries WHERE leaf = ?", [index]).first
    }

    /// Nearly always asked for what is not there, which the index says without a row.
    func entry(id: Digest) throws -> StoredEntry? {
        let statement = try database.cachedStatement(sql: "SELECT leaf FROM entries WHERE id = ?")
        return try Int.fetchOne(statement, arguments: [Data(id.bytes)]).flatMap { try entry(at: $0) }
    }

    func entries(kind: String, after: Int?, limit: Int) throws -> [StoredEntry] {
        try entries(
            "SELECT * FROM entries WHERE kind = ? AND leaf > ? ORDER BY leaf LIMIT ?", [kind, after ?? -1, limit])
    }

    func entries(in range: Range<Int>) throws -> [StoredEntry] {
        try entries(
            "SELECT * FROM entries WHERE leaf >= ? AND leaf < ? ORDER BY leaf", [range.lowerBound, range.upperBound])
    }

    func entryIDs(in range: Range<Int>) throws -> [Digest] {
        let statement = try database.cachedStatement(
            sql: "SELECT leaf, id FROM entries WHERE leaf >= ? AND leaf < ? ORDER BY leaf")
        return try Row.fetchAll(statement, arguments: [range.lowerBound, range.upperBound]).map { row in
            guard let id = Digest(bytes: try row.checked("id", of: "entries", as: Data.self)) else {
                throw LedgerError.malformedRow(table: "entries", key: "with an id of another length")
            }
            return id
        }
    }

    private func entries(_ sql: String, _ arguments: StatementArguments) throws -> [StoredEntry] {
        let rows = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: arguments)
        var entries: [StoredEntry] = []
        while let row = try rows.next() { entries.append(try entry(row)) }
        return entries
    }

    private func entry(_ row: Row) throws -> StoredEntry {
        let index: Int = try row.checked("leaf", of: "entries")
        guard let id = Digest(bytes: try row.checked("id", of: "entries", as: Data.self)),
            let kind = TransactionKind(rawValue: try row.checked("kind", of: "entries")),
            let payload = PackedJSON.unpack(try row.checked("payload", of: "entries")),
            let signatures = PackedSignatures.unpack(try row.checked("signatures", of: "entries"))
        else { throw LedgerError.malformedRow(table: "entries", key: "\(index)") }
        var envelope = Envelope(payload: payload, payloadType: kind.payloadType)
        for signature in signatures { envelope = try envelope.adding(signature) }
        return StoredEntry(index: index, id: id, envelope: envelope)
    }

    func outcome(at index: Int) throws -> StoredOutcome? {
        try outcomes(in: index..<(index + 1)).first
    }

    func outcomes(in range: Range<Int>) throws -> [StoredOutcome] {
        let statement = try database.cachedStatement(
            sql: "SELECT leaf, refusal, writes FROM outcomes WHERE leaf >= ? AND leaf < ? ORDER BY leaf")
        return try Row.fetchAll(statement, arguments: [range.lowerBound, range.upperBound]).map { row in
            let index: Int = try row.checked("leaf", of: "outcomes")
            do {
                let refusal = try row.checkedOptional("refusal", of: "outcomes", as: Data.self)
                    .map { try CanonicalJSON.decode(Refusal.self, from: $0) }
                guard let writes = Digest(bytes: try row.checked("writes", of: "outcomes", as: Data.self)) else {
                    throw LedgerError.malformedRow(table: "outcomes", key: "\(index)")
                }
                return StoredOutcome(index: index, refusal: refusal, writes: writes)
            } catch is CanonicalJSONError {
                throw LedgerError.malformedRow(table: "outcomes", key: "\(index)")
            }
        }
    }
}
