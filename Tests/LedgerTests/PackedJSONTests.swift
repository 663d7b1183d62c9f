import CanonicalJSON
import Contracts
import Foundation
import GRDB
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing

/// The packing is the storage's own; it is seen through what a ledger gives back, and through the file's bytes.
@Suite("Packed rows")
struct PackedJSONTests {
    @Test("A file of version 1, whose rows are plain text, is read, checked and gone on with")
    func versionOne() async throws {
        let consortium = try TestConsortium()
        let folder = try TemporaryFolder()
        let storage = try folder.storage()
        let ledger = try consortium.open(storage)
        try await consortium.begin(ledger)
        let token = try await consortium.token(ledger, uses: 10)
        let state = try storage.read { try $0.entries(prefix: "") }
        let entries = try storage.read { try $0.entries(in: 0..<1_000) }
        try storage.close()

        try await DatabaseQueue(path: folder.file().path).write { file in
            for entry in state {
                try file.execute(
                    sql: "UPDATE state SET value = ? WHERE key = ?", arguments: [entry.value, entry.key])
            }
            for entry in entries {
                try file.execute(
                    sql: "UPDATE entries SET payload = ? WHERE leaf = ?",
                    arguments: [entry.envelope.payload, entry.index])
            }
            try file.execute(sql: "PRAGMA user_version = 1")
        }

        let reopened = try folder.storage()
        let again = try consortium.open(reopened)
        #expect(try reopened.read { try $0.entries(prefix: "") } == state)
        let envelope = try consortium.envelope(consortium.redemption(of: token), by: "statistics")
        #expect(try await again.submit(envelope).isAccepted)
        #expect(try again.audit(scratch: SQLiteLedgerStorage.scratch()).isSound)
        try reopened.close()
        let version = try await DatabaseQueue(path: folder.file().path).read { file in
            try Int.fetchOne(file, sql: "PRAGMA user_version")
        }
        #expect(version == 2)
    }

    @Test("Whatever a text holds, the ledger gives back the bytes that were signed")
    func allTexts() async throws {
        var generator = SeededGenerator(seed: 0x9ACC)
        let consortium = try TestConsortium()
        let folder = try TemporaryFolder()
        let ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        for _ in 0..<60 {
            let purpose = purpose(using: &generator)
            let request = try consortium.request(purpose: purpose)
            let envelope = try consortium.envelope(request, by: "statistics")
            let receipt = try await ledger.submit(envelope)
            let stored = try ledger.read { try $0.entry(at: receipt.index) }
            #expect(stored?.envelope == envelope, "purpose \(purpose.debugDescription)")
        }
        #expect(try ledger.audit(scratch: SQLiteLedgerStorage.scratch()).isSound)
    }

    /// Pieces that look like what is packed, in strings that are and are not.
    private func purpose(using generator: inout SeededGenerator) -> String {
        let pieces = [
            "\"", "\\", ",\"token\":", "é", "𝄞", " ", ",", "2026-11-21T03:40:00Z", "2026-02-30T03:40:00Z",
            String(repeating: "a", count: 64), String(repeating: "0", count: 32), "{\"body\":{",
            "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", "\\u0007", "\"],\"packs\":[\"",
        ]
        let count = Int.random(in: 1...6, using: &generator)
        return "p" + (0..<count).compactMap { _ in pieces.randomElement(using: &generator) }.joined()
    }
}
