import CanonicalJSON
import Contracts
import Foundation
import GRDB
import Ledger
import SharingModel
import SignedEnvelopes

/// Writes under the lock that ``SQLiteLedgerStorage/commit(_:)`` holds.
final class SQLiteLedgerWriter: SQLiteLedgerReader, LedgerWriter {
    func append(_ block: VerifiedBlock) throws {
        if block.record.height == 0 { try insert(block.ledger) }
        for entry in block.entries {
            try insert(entry, at: block.firstIndex + entry.outcome.index)
        }
        try insert(block.stored)
        // Those of a department whose cosignature came to the proposer and not to this node.
        for cosignature in block.record.previous { try append(cosignature, height: block.record.height - 1) }
        try insert(block.hashes, from: block.firstHashPosition)
        let put = try database.cachedStatement(
            sql: "INSERT INTO state VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        let delete = try database.cachedStatement(sql: "DELETE FROM state WHERE key = ?")
        for write in block.writes {
            if let value = write.value {
                try put.execute(arguments: [write.key, PackedJSON.pack(value)])
            } else {
                try delete.execute(arguments: [write.key])
            }
        }
    }

    func append(_ cosignature: PartyCosignature, height: Int) throws {
        try database.cachedStatement(sql: "INSERT OR IGNORE INTO cosignatures VALUES (?, ?, ?)")
            .execute(arguments: [height, cosignature.party.text, cosignature.signature])
    }

    private func insert(_ identity: LedgerIdentity) throws {
        let statement = try database.cachedStatement(sql: "INSERT INTO meta VALUES (?, ?)")
        try statement.execute(arguments: ["consortium", identity.consortium.hex])
        try statement.execute(arguments: ["section", identity.section.text])
    }

    private func insert(_ entry: VerifiedBlock.Entry, at index: Int) throws {
        let transaction = entry.transaction
        try database.cachedStatement(sql: "INSERT INTO entries VALUES (?, ?, ?, ?, ?)").execute(
            arguments: [
                index, Data(transaction.id.bytes), transaction.transaction.kind.rawValue,
                PackedJSON.pack(transaction.envelope.payload),
                PackedSignatures.pack(transaction.envelope.envelope.signatures),
            ])
        try database.cachedStatement(sql: "INSERT INTO outcomes VALUES (?, ?, ?)").execute(
            arguments: [
                index, try entry.outcome.reason.map { try CanonicalJSON.encode($0) },
                Data(entry.outcome.writes.bytes),
            ])
    }

    private func insert(_ block: StoredBlock) throws {
        try database.cachedStatement(sql: "INSERT INTO blocks VALUES (?, ?, ?, ?)")
            .execute(arguments: [block.height, block.size, block.recordBytes, Data(block.root.bytes)])
    }

    func insert(_ hashes: [Digest], from position: Int) throws {
        let statement = try database.cachedStatement(sql: "INSERT INTO hashes VALUES (?, ?)")
        for (offset, hash) in hashes.enumerated() {
            try statement.execute(arguments: [position + offset, Data(hash.bytes)])
        }
    }
}
