import CanonicalJSON
import Foundation
import Gateway
import Ledger
import LedgerSQLite
import SharingModel
import TestSupport
import Testing

/// A department's home as its node opens it.
@Suite("The home of a department's node")
struct NodeHomeTests {
    private func open(_ consortium: TestConsortium) async throws -> DepartmentNodeHome {
        try await DepartmentNodeHome(
            home: consortium.home("site1"), passphrase: TestConsortium.passphrase(name("site1")),
            clock: { [clock = consortium.clock] in clock.now }, fetch: { _, _, _ in Issue.record("nothing to fetch") },
            report: { _ in })
    }

    private func shared(_ home: PartyHome) throws -> Ledger {
        try Ledger(
            storage: SQLiteLedgerStorage(url: home.ledgers.appending(path: "health.sqlite")),
            founding: home.consortium.record, section: name("health"),
            settings: LedgerSettings(operator: home.party.name, cosigner: nil, clock: Timestamp.now))
    }

    @Test("A node that was killed while it took the ledger over goes on where it stopped", arguments: [false, true])
    func interrupted(isShort: Bool) async throws {
        let consortium = try await TestConsortium.published()
        let home = try consortium.home("site1")
        let shared = try shared(home)
        // All blocks, or the first of them, without the cosignatures: these come last.
        let begun = consortium.folder.url("begun.sqlite")
        try shared.catchUp(SQLiteLedgerStorage(url: begun))
        if isShort {
            _ = try await consortium.grant()
            try consortium.cosign()
        }
        try FileManager.default.createDirectory(at: home.nodeDirectory, withIntermediateDirectories: true)
        let place = home.nodeDirectory.appending(path: "health.sqlite")
        for ending in ["", "-wal"] where FileManager.default.fileExists(atPath: begun.path + ending) {
            try FileManager.default.moveItem(atPath: begun.path + ending, toPath: place.path + ending)
        }
        let own = try SQLiteLedgerStorage(url: place)
        let head = try #require(try shared.head())
        #expect(try own.read { try $0.head()?.height == head.height } != isShort)

        let node = try await open(consortium)
        #expect(try node.ledger.head() == head)
        #expect(try node.ledger.cosignedBlock(.head)?.isFinal == true)
        #expect(try node.ledger.audit(scratch: SQLiteLedgerStorage.scratch()).isSound)
    }

    @Test("A height that was settled on the largest batch does not keep the node from starting; a flipped bit is found")
    func settlement() async throws {
        let consortium = try await TestConsortium.published()
        let home = try consortium.home("site1")
        // As `ledger resolve settle` keeps it.
        let settled = SettledHeight(
            batch: Data(repeating: 0xA5, count: BatchEvent.largestByteCount), department: try name("site2"),
            height: 900, statements: [])
        let content = try CanonicalJSON.encode(settled)
        let folder = home.nodeDirectory.appending(path: "settlements")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "900.json")
        try (content + Data("\n\(Digest.sha256(content).hex)\n".utf8)).write(to: file)
        do {
            let node = try await open(consortium)
            #expect(node.setAside.isEmpty)
        }
        let files = NodeFiles(home: home, section: try name("health"))
        #expect(try files.check().findings.isEmpty)

        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 0x02
        try bytes.write(to: file)
        #expect(try files.check().findings.map(\.place) == ["settlements/900.json"])
        let node = try await open(consortium)
        #expect(node.setAside.count == 1 && node.setAside[0].contains("settlements/900.json"))
        #expect(!FileManager.default.fileExists(atPath: file.path))
        #expect(try files.check().findings.isEmpty)
    }

    @Test("A batch that a department holds, and is no longer what it was, is found and set aside")
    func heldBatch() async throws {
        let consortium = try await TestConsortium.published()
        let home = try consortium.home("site1")
        do { _ = try await open(consortium) }
        let batch = Data("a batch".utf8)
        let folder = home.nodeDirectory.appending(path: "batches")
        let file = folder.appending(path: "7-site2-\(Digest.sha256(batch).hex)")
        try batch.write(to: file)
        let files = NodeFiles(home: home, section: try name("health"))
        #expect(try files.check().findings.isEmpty)
        try Data("a botch".utf8).write(to: file)
        let check = try files.check()
        #expect(check.findings.map(\.place) == ["batches/\(file.lastPathComponent)"])
        #expect(try files.repair(check, from: []).count == 1)
        #expect(try files.check().findings.isEmpty)
    }
}
