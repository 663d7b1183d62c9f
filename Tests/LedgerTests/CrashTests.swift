import Contracts
import Foundation
import GRDB
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Testing
import TransparencyLog

@Suite("Crashes and recovery")
struct CrashTests {
    let consortium: TestConsortium
    let folder: TemporaryFolder

    init() throws {
        consortium = try TestConsortium(departments: 2)
        folder = try TemporaryFolder()
    }

    private func recovered(_ name: String, _ change: (URL) throws -> Void = { _ in }) throws -> SQLiteLedgerStorage {
        let copy = folder.file(name)
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        for suffix in ["", "-wal"] {
            let source = folder.file("health.ledger" + suffix)
            guard FileManager.default.fileExists(atPath: source.path) else { continue }
            try FileManager.default.copyItem(at: source, to: copy.appendingPathComponent("health.ledger" + suffix))
        }
        try change(copy)
        return try SQLiteLedgerStorage(url: copy.appendingPathComponent("health.ledger"))
    }

    @Test("SQLite syncs at every commit")
    func synchronous() throws {
        #expect(try folder.storage().synchronousMode() == 2)
    }

    @Test("Files as they lie after each acknowledged transaction, never closed, hold it")
    func killedAfterEach() async throws {
        let ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        let token = try await consortium.token(ledger, uses: 10)
        for number in 0..<5 {
            let receipt = try await consortium.accept(ledger, consortium.redemption(of: token), by: "statistics")
            let copy = try consortium.open(recovered("after-\(number)"))
            #expect(try copy.head() == ledger.head())
            #expect(try copy.read { try $0.receipt(of: receipt.transaction) } == receipt)
        }
    }

    @Test("A log cut off anywhere leaves whole blocks: a prefix, sound, that goes on where it stopped")
    func cutLog() async throws {
        let ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        let token = try await consortium.token(ledger, uses: 10)
        var envelopes: [Envelope] = []
        for _ in 0..<4 {
            envelopes.append(try consortium.envelope(consortium.redemption(of: token), by: "statistics"))
            _ = try await ledger.submit(envelopes[envelopes.count - 1])
        }
        let whole = try #require(try ledger.head())
        let log = try Data(contentsOf: folder.file("health.ledger-wal"))
        var heights: [Int] = []
        for (number, cut) in stride(from: 0, through: log.count, by: max(1, log.count / 24)).enumerated() {
            let storage = try recovered("cut-\(number)") { copy in
                try log.prefix(cut).write(to: copy.appendingPathComponent("health.ledger-wal"))
            }
            let copy = try consortium.open(storage)
            let head = try copy.head()
            heights.append(head?.height ?? -1)
            #expect(try head == ledger.read { try $0.block(at: head?.height ?? -1) })
            #expect(try copy.audit(scratch: SQLiteLedgerStorage.scratch()).findings == [])
            if let head, head.height >= 4 {
                for envelope in envelopes { #expect(try await copy.submit(envelope).isAccepted) }
                let ours = try copy.read { try LedgerState($0).token(token) }
                #expect(try ours == ledger.read { try LedgerState($0).token(token) })
            }
        }
        #expect(heights == heights.sorted())
        #expect(heights.first == -1 && Set(heights).count > 4)
        #expect(try consortium.open(recovered("whole")).head() == whole)
    }

    @Test("A commit that fails half-way leaves nothing")
    func failedCommit() async throws {
        let storage = try folder.storage()
        let ledger = try consortium.open(storage)
        try await consortium.begin(ledger)
        let before = try storage.read { try ($0.head(), $0.counts()) }
        #expect(throws: CancellationError.self) {
            try storage.commit { writer in
                let head = try #require(try writer.head())
                try writer.append(
                    PartyCosignature(party: try name("site2"), signature: Data(count: 72)), height: head.height)
                throw CancellationError()
            }
        }
        let after = try storage.read { try ($0.head(), $0.counts()) }
        #expect(before == after)
    }

    @Test(
        "Damage in the newest block is found when the ledger is opened, and the error names the height",
        arguments: [
            ("UPDATE entries SET payload = zeroblob(5) WHERE leaf = 4", LedgerError.BlockPart.envelope),
            ("UPDATE outcomes SET refusal = NULL, writes = zeroblob(32) WHERE leaf = 4", .outcomes),
            (
                "UPDATE hashes SET hash = zeroblob(32) WHERE position = \(StoredHashes.index(level: 0, position: 5))",
                .record
            ),
            (
                "UPDATE hashes SET hash = zeroblob(32) WHERE position = \(StoredHashes.index(level: 1, position: 2))",
                .root
            ),
            ("UPDATE blocks SET root = zeroblob(32) WHERE height = 2", .root),
        ])
    func damagedTail(sql: String, part: LedgerError.BlockPart) async throws {
        try await consortium.begin(try consortium.open(folder.storage()))
        try alter(folder.file(), sql)
        #expect(throws: LedgerError.blockDiffers(height: 2, part)) { try consortium.open(folder.storage()) }
    }

    private func alter(_ file: URL, _ sql: String) throws {
        try DatabaseQueue(path: file.path).write { try $0.execute(sql: sql) }
    }

    @Test("A file of something else is refused and left as it is")
    func otherFiles() throws {
        let text = folder.file("notes.txt")
        try Data(repeating: 0x41, count: 5_000).write(to: text)
        #expect(throws: LedgerError.notALedger(path: text.path)) { try SQLiteLedgerStorage(url: text) }
        #expect(try Data(contentsOf: text) == Data(repeating: 0x41, count: 5_000))
        let other = folder.file("other.sqlite")
        try alter(other, "CREATE TABLE a (b)")
        #expect(throws: LedgerError.notALedger(path: other.path)) { try SQLiteLedgerStorage(url: other) }
    }

    @Test("A ledger file with a trigger in it is refused")
    func foreignSchema() throws {
        _ = try folder.storage()
        try alter(folder.file(), "CREATE TRIGGER t AFTER INSERT ON state BEGIN DELETE FROM cosignatures; END")
        #expect(throws: LedgerError.notALedger(path: folder.file().path)) { try folder.storage() }
    }

    @Test("The file of another consortium is refused")
    func otherConsortium() async throws {
        try await consortium.begin(try consortium.open(folder.storage()))
        let other = try TestConsortium()
        #expect(
            throws: LedgerError.anotherLedger(
                stored: try consortium.identity.origin, expected: try other.identity.origin)
        ) { try other.open(folder.storage()) }
    }

    @Test("An export holds the leaves of the tree, in order, and the checkpoints")
    func export() async throws {
        let ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        _ = try await consortium.token(ledger, uses: 2)
        try checkExport(of: ledger)
    }
}
