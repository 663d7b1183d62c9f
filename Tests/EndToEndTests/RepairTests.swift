import CanonicalJSON
import Foundation
import Testing

@Suite("Repair of a shared ledger")
struct RepairTests {
    private func sqlite(_ file: String, _ statement: String) async throws {
        try await CommandRun.run(
            URL(filePath: "/usr/bin/env"),
            [
                "python3", "-c",
                """
                import sqlite3, sys
                db = sqlite3.connect(sys.argv[1])
                db.execute(sys.argv[2])
                db.commit()
                """, file, statement,
            ]
        ).expectStatus(0)
    }

    @Test(
        "A damaged row is found, and made again from what can be read and the parties' copies",
        arguments: [[], ["--as", "site1"]])
    func damagedRow(who: [String]) async throws {
        let consortium = try await TestConsortium.at(.approved, departments: 2).copy().consortium
        let ledger = consortium.home + "/ledgers/health.sqlite"
        let (before, log) = (try await consortium.json("ledger", "status"), try await consortium.log())
        try await sqlite(ledger, "UPDATE state SET value = X'017b7d' WHERE key = (SELECT MIN(key) FROM state)")
        let found = try await consortium.run(["ledger", "fsck", "--json"] + who)
        #expect(found.status == 1)
        let repaired = try await consortium.run(["ledger", "fsck", "--repair", "--json"] + who)
        repaired.expectStatus(0)
        #expect(try CanonicalJSON.parse(repaired.standardOutput)["repaired"]?.arrayValue?.count == 2)
        try await consortium.expectSound()
        #expect(try await consortium.log() == log)
        let after = try await consortium.json("ledger", "status")
        #expect(after["root"] == before["root"] && after["finalHeight"] == before["finalHeight"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: consortium.home + "/ledgers/set-aside").count >= 1)
        // It goes on.
        _ = try await consortium.requestToken(uses: 1)
    }

    @Test("A ledger that cannot be opened at all is made again from the parties' copies")
    func unreadable() async throws {
        let consortium = try await TestConsortium.at(.approved, departments: 2).copy().consortium
        let ledger = URL(filePath: consortium.home + "/ledgers/health.sqlite")
        let (before, log) = (try await consortium.json("ledger", "status"), try await consortium.log())
        try Data("no ledger at all".utf8).write(to: ledger)
        #expect(try await consortium.run("ledger", "fsck").status == 1)
        try await consortium.run("ledger", "fsck", "--repair").expectStatus(0)
        #expect(try await consortium.log() == log)
        #expect(try await consortium.json("ledger", "status")["root"] == before["root"])
        for department in ["site1", "site2"] {
            try await consortium.run("ledger", "cosign", "--as", department).expectStatus(0)
        }
        #expect(try await consortium.json("ledger", "status")["finalHeight"] == before["height"])
    }

    @Test("A sound ledger is left as it is")
    func sound() async throws {
        let consortium = try await TestConsortium.at(.published, departments: 2).copy().consortium
        let run = try await consortium.json("ledger", "fsck", "--repair")
        #expect(run["repaired"] == [] && run["sound"] == true)
        #expect(!FileManager.default.fileExists(atPath: consortium.home + "/ledgers/set-aside"))
    }
}
