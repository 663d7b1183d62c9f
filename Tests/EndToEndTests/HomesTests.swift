import CanonicalJSON
import Foundation
import Testing

/// Every verb, run by a party that can read no home but its own, with a passphrase that opens no other.
@Suite("One home at a time")
struct HomesTests {
    @Test("Every verb needs the acting party's home only")
    func wholeSession() async throws {
        let session = try await LonelySession()
        try await session.publish()
        let token = try await session.grantToken()
        let result = try await session.compute(token)
        try await session.useResult(result)
        try await session.readLedger()
        try await session.endToken(token)
        try await session.moveBlobs()
        try await session.consortium.expectSound()
    }

    @Test("A party's own folder is a home by itself, and acts as nobody else")
    func ownFolder() async throws {
        let session = try await LonelySession()
        let home = session.consortium.home + "/parties/site1"
        let verbs = [
            ["publish", "site1.csv", "--schema", "schema.json", "--pool", "health", "--name", "own"],
            ["catalog"], ["ledger", "fsck"], ["ledger", "cosign"], ["token", "list"], ["dataset", "show", "own"],
        ]
        for verb in verbs { try await session.run(verb + ["--home", home], as: "site1", named: false).expectStatus(0) }
        let other = try await session.run(
            ["ledger", "cosign", "--as", "site2", "--home", home], as: "site1", named: false)
        #expect(other.expectStatus(2).message.contains("site1"))
    }

    @Test("Without its own home, a party can do nothing, and is told where the home should be")
    func withoutHome() async throws {
        let session = try await LonelySession()
        let verb = ["ledger", "cosign", "--as", "site2"]
        let run = try await session.run(verb, as: "site1", named: false)
        #expect(run.expectStatus(2).message.contains("parties/site2"))
    }

    @Test("The passphrase of one party does not open another's home")
    func foreignPassphrase() async throws {
        let session = try await LonelySession()
        let run = try await session.consortium.run(
            ["ledger", "cosign", "--as", "site2"],
            environment: ["CHANCERY_PASSPHRASE": LonelySession.passphrase("site1")])
        #expect(run.expectStatus(1).message.contains("passphrase does not open"))
    }
}

/// Runs each command while the homes of all other parties are somewhere else.
private struct LonelySession {
    static let parties = ["site1", "site2", "ministry", "statistics", "press"]

    let consortium: TestConsortium

    static func passphrase(_ party: String) -> String { "the passphrase of \(party) alone" }

    init() async throws {
        let files = try await TestConsortium.at(.pool).consortium
        consortium = TestConsortium(folder: TemporaryFolder())
        for name in ["schema.json", "site1.csv", "site2.csv"] {
            try consortium.folder.write(files.folder.read(name), as: name)
        }
        for folder in ["policies", "passphrases", "elsewhere"] {
            try FileManager.default.createDirectory(at: consortium.folder / folder, withIntermediateDirectories: false)
        }
        try consortium.folder.write(files.folder.read("policies/consortium.yaml"), as: "policies/consortium.yaml")
        for party in Self.parties {
            try consortium.folder.write(Self.passphrase(party) + "\n", as: "passphrases/\(party)")
            chmod(consortium.folder.path("passphrases/\(party)"), 0o600)
        }
        // The environment's passphrase would come first, so this one is run without.
        try await CommandRun.run(
            Binary.chancery(),
            ["found", "--policies", "policies", "--local", "--insecure-key-derivation-for-testing"],
            environment: [
                "CHANCERY_HOME": consortium.home, "CHANCERY_PASSPHRASE_FILE": consortium.folder.path("passphrases"),
            ], in: consortium.folder.url
        ).expectStatus(0)
        try await run(
            [
                "pool", "create", "health", "--members", "site1,site2", "--custodian", "ministry", "--bits", "2048",
            ], as: "ministry"
        ).expectStatus(0)
    }

    /// - Parameter named: Whether `--as` is given; every verb of a party takes it, reading ones too.
    func run(_ arguments: [String], as party: String, named: Bool = true) async throws -> CommandRun {
        try move(allBut: party, from: "consortium/parties", to: "elsewhere")
        defer { #expect(throws: Never.self) { try move(allBut: party, from: "elsewhere", to: "consortium/parties") } }
        return try await consortium.run(
            arguments + (named ? ["--as", party] : []), environment: ["CHANCERY_PASSPHRASE": Self.passphrase(party)])
    }

    private func move(allBut party: String, from: String, to: String) throws {
        for other in Self.parties where other != party {
            try FileManager.default.moveItem(
                at: consortium.folder / "\(from)/\(other)", to: consortium.folder / "\(to)/\(other)")
        }
    }

    /// Runs, and demands success.
    @discardableResult
    func done(_ arguments: String..., as party: String, sourceLocation: SourceLocation = #_sourceLocation) async throws
        -> CommandRun
    {
        try await run(arguments, as: party).expectStatus(0, sourceLocation: sourceLocation)
    }

    func publish() async throws {
        for site in ["site1", "site2"] {
            try await done(
                "publish", "\(site).csv", "--schema", "schema.json", "--pool", "health", "--name", "\(site)-data",
                as: site)
        }
        try await done(
            "publish", "site1.csv", "--schema", "schema.json", "--pool", "health", "--name", "joint", "--owners",
            "site1,site2", as: "site1")
        try await done("dataset", "approve", "joint", as: "site2")
        try await done("dataset", "show", "joint", as: "press")
        try await done("dataset", "renew", "joint", "--valid-until", "300d", as: "site1")
        try await done("dataset", "withdraw", "joint", "--reason", "a test", as: "site1")
        try await done("catalog", as: "statistics")
    }

    func grantToken() async throws -> String {
        let request = [
            "token", "request", "--datasets", "site1-data,site2-data", "--packs", "care", "--purpose", "a test",
            "--uses", "3", "--until", "9d", "--json",
        ]
        let denied = try await run(request, as: "press").document().text("token")
        try await done("token", "deny", denied, "--reason", "a test", as: "site1")
        let token = try await run(request, as: "statistics").document().text("token")
        for site in ["site1", "site2"] { try await done("token", "approve", token, as: site) }
        try await done("token", "list", as: "press")
        return token
    }

    func compute(_ token: String) async throws -> String {
        try await done("query", TestConsortium.statement, "--token", token, "--dry-run", as: "statistics")
        try await done(
            "contract", "register", "by-area@1", "SELECT area, SUM(cost) FROM health WHERE plan = :plan GROUP BY area",
            "--parameter", "plan:integer:1-2", "--summary", "a test", as: "statistics")
        for site in ["site1", "site2"] { try await done("contract", "approve", "by-area@1", as: site) }
        try await done("contract", "list", as: "press")
        return try await run(
            ["query", TestConsortium.statement, "--token", token, "--json"], as: "statistics"
        ).document().text("result")
    }

    func useResult(_ result: String) async throws {
        try await done("result", "endorse", result, as: "site2")
        try await done("open", result, as: "ministry")
        let shown = try await run(["result", "show", result, "--json"], as: "statistics").document()
        #expect(
            try CanonicalJSON.serialize(shown["rows"] ?? .null)
                == Data(TestConsortium.expectedRows(departments: 2).utf8))
        // Who did not ask sees that it was opened, and no figure.
        #expect(try await run(["result", "show", result, "--json"], as: "press").document()["rows"] == [])
        try await done("result", "list", as: "press")
        for site in ["site1", "site2"] { try await done("ledger", "cosign", as: site) }
        try await done("evidence", result, "--output", "result.evidence", as: "statistics")
        try await run(["verify", "result.evidence", "--shards", consortium.home + "/blobs"], as: "press", named: false)
            .expectStatus(0)
    }

    func readLedger() async throws {
        try await done("ledger", "status", as: "press")
        let log = try await run(["ledger", "log", "--json"], as: "press").document()
        let last = try #require(log["transactions"]?.arrayValue?.last).text("transaction")
        try await done("ledger", "show", last, as: "press")
        try await done("ledger", "prove", last, as: "press")
        try await done("ledger", "fsck", as: "press")
        try await done("ledger", "export", "--output", "ledger.jsonl", as: "press")
    }

    func endToken(_ token: String) async throws {
        try await done("token", "revoke", token, "--reason", "a test", as: "site1")
        try await run(["query", TestConsortium.statement, "--token", token], as: "statistics").expectStatus(1)
    }

    /// Blobs are nobody's in particular, so these verbs take no `--as`.
    func moveBlobs() async throws {
        let dataset = try await run(["dataset", "show", "site1-data", "--json"], as: "press").document()
        let manifest = try dataset.text("manifest")
        let verbs = [
            ["blob", "list"], ["blob", "fsck"], ["blob", "stat", manifest], ["blob", "get", manifest],
            ["blob", "put", "schema.json"], ["blob", "export", manifest, "--output", "dataset.car"],
            ["blob", "import", "dataset.car"],
        ]
        for verb in verbs { try await run(verb, as: "press", named: false).expectStatus(0) }
    }
}
