import CanonicalJSON
import Foundation
import TestSupport
import Testing

/// `chancery demo` as the README shows it, on all of the real data, and what it leaves behind.
@Suite("The demonstration", .serialized)
struct DemoTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("It tells every step, equals the plain table, and its evidence convinces a verifier that nobody here wrote")
    func wholeWay() async throws {
        let folder = TemporaryFolder()
        let kept = folder.path("consortium")
        let run = try await CommandRun.chancery(
            "demo", "--act", "1", "--keep", kept, "--bits", "2048", in: DemoTests.root, timeout: .seconds(900)
        ).expectStatus(0)
        #expect(run.text.contains("crossed the boundary: 20,190 rows"))
        #expect(run.text.contains("16 of 346 groups have fewer than 5 subjects"))
        #expect(run.text.contains("324 groups, 1,668 figures, all equal to the last digit"))
        #expect(run.text.contains("refused: an owner took dataset site1 out of token") || run.text.contains("revoked"))

        let evidence = kept + "/files/spending.evidence"
        let record = kept + "/consortium.json"
        let verified = try await CommandRun.chancery("verify", evidence, "--consortium", record, "--json")
            .expectStatus(0)
        let ours = try CanonicalJSON.parse(Data(verified.line.utf8))
        #expect(ours["valid"] == .bool(true))
        try await checkWithSecondVerifier(evidence, record, ours)

        // A home that was left behind goes on working, each party under a passphrase of its own.
        let listed = try await CommandRun.chancery(
            "result", "list", "--json",
            environment: ["CHANCERY_HOME": kept, "CHANCERY_PASSPHRASE_FILE": kept + "/passphrases"]
        ).expectStatus(0)
        #expect(listed.text.contains("\"status\":\"opened\""))
        try await CommandRun.chancery("ledger", "fsck", environment: ["CHANCERY_HOME": kept]).expectStatus(0)
    }

    @Test("In the second act refusals are on the ledger, a forger is convicted, and two superiors open one cell")
    func secondAct() async throws {
        let folder = TemporaryFolder()
        let kept = folder.path("consortium")
        let run = try await CommandRun.chancery(
            "demo", "--act", "2", "--keep", kept, "--bits", "2048", in: DemoTests.root, timeout: .seconds(900)
        ).expectStatus(0)
        #expect(run.text.contains("2048-bit key, 3 of 5 open"))
        #expect(run.text.contains("opened from the parts of site1, site4, site5"))
        #expect(run.text.contains("all equal to the last digit"))
        let home = kept + "/supervised"
        let environment = ["CHANCERY_HOME": home, "CHANCERY_PASSPHRASE_FILE": home + "/passphrases"]
        let log = try await CommandRun.chancery("ledger", "log", "--json", environment: environment).document()
        let entries = (log["transactions"]?.arrayValue ?? []).map(LoggedTransaction.init)
        func count(_ kind: String, _ reason: String? = nil) -> Int {
            entries.count { $0.kind == kind && $0.accepted == (reason == nil) && $0.reason == reason }
        }
        #expect(count("pool.acknowledge") == 5 && count("escrow.acknowledge") == 3)
        #expect(count("opening.part") == 4 && count("opening.refuse") == 1 && count("opening.report") == 1)
        #expect(count("opening.combine") == 1 && count("escrow.grant", "own-request") == 1)
        #expect(count("escrow.request") == 3 && count("escrow.grant") == 4 && count("escrow.open") == 2)
        try await checkPseudonyms(run, environment, count)
        let listed = try await CommandRun.chancery("escrow", "list", "--json", environment: environment).document()
        let used = try #require(listed["requests"]?.arrayValue?.first { $0["status"] == "used" })
        #expect(used["requester"] == "audit" && used["granted"] == ["council", "ministry"])
        let notices = try await CommandRun.chancery(
            "escrow", "notices", "--as", "site1", "--json", environment: environment
        ).document()
        #expect(notices["notices"]?.arrayValue?.contains { $0["event"] == "used" } == true)
        try await CommandRun.chancery(
            "verify", home + "/files/shares.evidence", "--consortium", home + "/consortium.json"
        ).expectStatus(0)
        try await CommandRun.chancery("ledger", "fsck", environment: environment).expectStatus(0)
    }

    /// One number for one person in three departments, and one of them opened by escrow.
    private func checkPseudonyms(
        _ run: CommandRun, _ environment: [String: String], _ count: (String, String?) -> Int
    ) async throws {
        #expect(count("pseudonym-key.register", nil) == 1)
        #expect(count("pseudonym.request", nil) == 3 && count("pseudonym.evaluate", nil) == 3)
        #expect(run.text.contains("are of 4 persons, as in the plain tables: fewer than 5, left out"))
        #expect(run.text.contains("3 and 2 again, of 5 persons: released"))
        #expect(run.text.contains("the section's key makes it of that value"))
        // Site 3's first patient of year 1 is site 2's third.
        func pseudonym(_ dataset: String, _ row: Int) async throws -> JSONValue? {
            let shown = try await CommandRun.chancery(
                "pseudonym", "show", dataset, "--row", "\(row)", "--as", "statistics", "--json",
                environment: environment
            ).document()
            return shown["pseudonyms"]?["zper"]
        }
        let shared = try #require(try await pseudonym("visits-site2", 2))
        #expect(try await pseudonym("visits-site3", 0) == shared)
        #expect(try await pseudonym("visits-site3", 1) != shared)
    }

    private func checkWithSecondVerifier(_ evidence: String, _ record: String, _ ours: JSONValue) async throws {
        guard let python = ProcessInfo.processInfo.environment["CHANCERY_PEERS_PYTHON"] else {
            _ = try Peers.areThere()
            return
        }
        let script = DemoTests.root.appending(path: "Scripts/verify.py").path(percentEncoded: false)
        let second = try await CommandRun.run(
            URL(filePath: python), [script, evidence, "--consortium", record], timeout: .seconds(300)
        ).expectStatus(0)
        let theirs = try CanonicalJSON.parse(Data(second.line.utf8))
        #expect(theirs["valid"] == .bool(true))
        #expect(theirs["table"]?["rows"] == ours["rows"])
    }
}
