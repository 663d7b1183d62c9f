import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Testing
import TransparencyLog

@Suite("Cosigning")
struct CosignTests {
    let consortium: TestConsortium
    let folder: TemporaryFolder

    init() throws {
        consortium = try TestConsortium(departments: 3)
        folder = try TemporaryFolder()
    }

    private func cosign(
        _ party: String, replica: (any LedgerStorage)? = nil, lastSeen: Checkpoint? = nil
    ) throws -> Cosigned {
        try consortium.open(folder.storage(), as: party)
            .cosign(replica: try replica ?? SQLiteLedgerStorage.scratch(), lastSeen: lastSeen)
    }

    @Test("A block is final when the quorum has cosigned it, and not before")
    func finality() async throws {
        let ledger = try consortium.open(folder.storage(), as: "statistics")
        try await consortium.begin(ledger)
        #expect(try ledger.cosignedBlock(.final) == nil)
        for (party, final) in [("site1", false), ("site2", false), ("site3", true)] {
            _ = try cosign(party)
            #expect(try #require(try ledger.cosignedBlock(.head)).isFinal == final)
        }
        let head = try #require(try ledger.head())
        #expect(try ledger.cosignedBlock(.final)?.block == head)
        #expect(
            try ledger.policy.verify(try #require(try ledger.cosignedBlock(.final)).note).checkpoint.size == head.size)
    }

    @Test("The department that commits cosigns in the same commit, and the next record repeats its cosignature")
    func ownBlocks() async throws {
        let ledger = try consortium.open(folder.storage(), as: "site1")
        try await consortium.begin(ledger)
        let head = try #require(try ledger.head())
        for height in 0...head.height {
            #expect(try ledger.read { try $0.cosignatures(height: height) }.map(\.party.text) == ["site1"])
        }
        #expect(head.record.previous.map(\.party.text) == ["site1"])
    }

    @Test("A department does not cosign its own block on top of blocks that it has not executed")
    func gap() async throws {
        let one = try consortium.open(folder.storage(), as: "site1")
        let two = try consortium.open(folder.storage(), as: "site2")
        try await consortium.begin(one)
        try await consortium.accept(two, consortium.request(), by: "statistics")
        let height = try #require(try two.head()).height
        #expect(try two.read { try $0.cosignatures(height: height) } == [])
        _ = try two.cosign(replica: SQLiteLedgerStorage.scratch(), lastSeen: nil)
        #expect(try two.read { try $0.cosignatures(height: height) }.map(\.party.text) == ["site2"])
        try await consortium.accept(two, consortium.request(), by: "statistics")
        #expect(try two.read { try $0.cosignatures(height: height + 1) }.map(\.party.text) == ["site2"])
    }

    @Test("Asked again, a party gives the same bytes")
    func idempotent() async throws {
        try await consortium.begin(try consortium.open(folder.storage(), as: "statistics"))
        let first = try cosign("site2")
        consortium.clock.advance(seconds: 100)
        #expect(try cosign("site2", lastSeen: first.checkpoint) == first)
    }

    @Test("A replica that is kept is executed on from where it stopped")
    func keptReplica() async throws {
        let ledger = try consortium.open(folder.storage(), as: "statistics")
        try await consortium.begin(ledger)
        let replica = try folder.storage("replica")
        let first = try cosign("site2", replica: replica)
        #expect(try replica.read { try $0.head() } == ledger.head())
        let token = try await consortium.token(ledger, uses: 3)
        let second = try cosign("site2", replica: folder.storage("replica"), lastSeen: first.checkpoint)
        #expect(second.height == first.height + 2)
        #expect(try replica.read { try LedgerState($0).token(token) } != nil)
        #expect(try replica.read { try $0.head() } == ledger.head())
    }

    @Test("A rolled back ledger and one with another history are refused, with both checkpoints")
    func forkAndRollback() async throws {
        let ledger = try consortium.open(folder.storage(), as: "statistics")
        try await consortium.begin(ledger)
        try FileManager.default.createDirectory(at: folder.file("old"), withIntermediateDirectories: true)
        try copyLedger(from: folder.url, to: folder.file("old"))
        try await consortium.accept(ledger, consortium.request(), by: "statistics")
        let seen = try cosign("site2").checkpoint

        let old = try SQLiteLedgerStorage(url: folder.file("old").appendingPathComponent("health.ledger"))
        let restored = try consortium.open(old, as: "site2")
        let scratch = try SQLiteLedgerStorage.scratch()
        #expect(throws: LedgerError.rollback(seen: seen, shown: try #require(try restored.follow(nil)))) {
            try restored.cosign(replica: scratch, lastSeen: seen)
        }
        try await consortium.accept(restored, consortium.request(), by: "statistics")
        let shown = try #require(try restored.follow(nil))
        #expect(shown.size == seen.size)
        #expect(throws: LedgerError.fork(seen: seen, shown: shown)) {
            try restored.cosign(replica: scratch, lastSeen: seen)
        }
        try await consortium.accept(restored, consortium.request(), by: "statistics")
        let longer = try #require(try restored.follow(nil))
        #expect(throws: LedgerError.fork(seen: seen, shown: longer)) { try restored.follow(seen) }
        #expect(throws: LedgerError.fork(seen: seen, shown: longer)) {
            try consortium.open(old, as: "site2") { $0.lastSeen = seen }
        }
        #expect(try old.read { try $0.cosignatures(height: 3) } == [])
    }

    @Test("A ledger that is exchanged under an open one takes no more transactions from it")
    func exchangedWhileOpen() async throws {
        let storage = SwitchedStorage(try folder.storage("one"))
        let ledger = try consortium.open(storage)
        try await consortium.begin(ledger)
        let other = try folder.storage("two")
        try await consortium.begin(try consortium.open(other))
        let seen = try #require(ledger.lastSeen)
        storage.turn(to: other)
        let shown = try #require(try consortium.open(other).lastSeen)
        let envelope = try consortium.envelope(consortium.request(), by: "statistics")
        await #expect(throws: LedgerError.fork(seen: seen, shown: shown)) { try await ledger.submit(envelope) }
        #expect(try other.read { try $0.entry(id: envelope.id) } == nil)
    }

    @Test("Who is no department of the section cosigns nothing, nor does a wrong key")
    func notACosigner() async throws {
        let ledger = try consortium.open(folder.storage(), as: "statistics")
        try await consortium.begin(ledger)
        let scratch = try SQLiteLedgerStorage.scratch()
        #expect(throws: LedgerError.notACosigner(try name("statistics"))) {
            try ledger.cosign(replica: scratch, lastSeen: nil)
        }
        let impostor = try Cosigner(
            party: name("site1"), secret: try #require(consortium.keys[try name("site2")]).cosigning,
            consortium: consortium.founding.digest())
        let wrong = try consortium.open(folder.storage(), as: "site1") { $0.cosigner = impostor }
        #expect(throws: LedgerError.notACosigner(try name("site1"))) {
            try wrong.cosign(replica: scratch, lastSeen: nil)
        }
    }
}

/// Copies the ledger's file with its write-ahead log, as they lie on disk.
func copyLedger(from: URL, to: URL, named file: String = "health.ledger") throws {
    for suffix in ["", "-wal", "-shm"] {
        let source = from.appendingPathComponent(file + suffix)
        guard FileManager.default.fileExists(atPath: source.path) else { continue }
        try FileManager.default.copyItem(at: source, to: to.appendingPathComponent(file + suffix))
    }
}
