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
}
