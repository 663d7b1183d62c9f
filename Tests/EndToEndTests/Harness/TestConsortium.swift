import CanonicalJSON
import Foundation
import Testing

/// A consortium on disk, with the command run in it as any of its parties.
///
/// Departments `site1` (and `site2` …), their superior `ministry` as custodian of the pool `health`, and the
/// collaborators `statistics` and `press`. Key derivation is the insecure one for tests, the pool's key has 2048 bits.
struct TestConsortium: Sendable {
    static let passphrase = "quite-a-recognisable passphrase 4711"
    static let statement = "SELECT plan, SUM(cost), COUNT(*) FROM health GROUP BY plan"

    let folder: TemporaryFolder
    var home: String { folder.path("consortium") }

    /// Runs the command in this consortium's home.
    func run(
        _ arguments: [String], environment: [String: String] = [:], timeout: Duration = .seconds(120)
    ) async throws -> CommandRun {
        try await start(arguments, environment: environment).end(within: timeout)
    }

    /// Starts the command in this consortium's home.
    func start(_ arguments: [String], environment: [String: String] = [:]) throws -> RunningCommand {
        let own = ["CHANCERY_HOME": home, "CHANCERY_PASSPHRASE": TestConsortium.passphrase]
        let command = RunningCommand(
            try Binary.chancery(), arguments, environment: own.merging(environment) { _, new in new }, in: folder.url)
        try command.start()
        return command
    }

    func run(_ arguments: String...) async throws -> CommandRun { try await run(arguments) }

    /// The document that the command prints; fails the test unless it ends with 0.
    @discardableResult
    func json(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> JSONValue {
        try await run(arguments + ["--json"]).document(sourceLocation: sourceLocation)
    }

    /// A copy that can be changed freely. SQLite's files have no open connection meanwhile.
    func copy() async throws -> TestConsortium {
        let copy = TestConsortium(folder: TemporaryFolder())
        try await CommandRun.run(
            URL(filePath: "/bin/cp"), ["-a", folder.path("."), copy.folder.url.path(percentEncoded: false)]
        ).expectStatus(0)
        return copy
    }

    /// Every transaction on the ledger, oldest first.
    func log() async throws -> [LoggedTransaction] {
        try await json("ledger", "log")["transactions"]?.arrayValue?.map(LoggedTransaction.init) ?? []
    }

    func expectSound(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let run = try await run("ledger", "fsck", "--json")
        run.expectStatus(0, sourceLocation: sourceLocation)
        #expect(try CanonicalJSON.parse(run.standardOutput)["sound"] == true, sourceLocation: sourceLocation)
    }

    func publish(_ csv: String, as party: String, name: String, more: String...) async throws -> CommandRun {
        try await run(
            ["publish", csv, "--schema", "schema.json", "--pool", "health", "--name", name, "--as", party, "--json"]
                + more)
    }

    /// Asks for a token on the whole pool, as `statistics`.
    func requestToken(uses: Int, until: String = "90d") async throws -> String {
        try await json(
            "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "\(uses)",
            "--until", until, "--as", "statistics"
        ).text("token")
    }

    func approve(_ token: String, by parties: String...) async throws {
        for party in parties { try await run("token", "approve", token, "--as", party).expectStatus(0) }
    }

    func query(_ token: String, _ statement: String = statement, as party: String = "statistics") async throws
        -> CommandRun
    {
        try await run("query", statement, "--token", token, "--as", party, "--json")
    }

    func usesLeft(of token: String) async throws -> Int64? {
        try await json("token", "list")["tokens"]?.arrayValue?.first { $0["token"]?.stringValue == token }?["usesLeft"]?
            .integerValue
    }

    /// Names of everything in the blob store's listing.
    func blobs() async throws -> [String] {
        try await run("blob", "list").expectStatus(0).text.split(separator: "\n").map(String.init)
    }
}

/// One line of `ledger log --json`.
struct LoggedTransaction: Hashable, Sendable {
    let id: String
    let kind: String
    let accepted: Bool
    let reason: String?

    init(_ document: JSONValue) {
        id = document["transaction"]?.stringValue ?? ""
        kind = document["kind"]?.stringValue ?? ""
        accepted = document["accepted"] == true
        reason = document["reason"]?.stringValue
    }
}

extension CommandRun {
    /// What `--json` printed; fails the test unless the command ended with 0.
    func document(sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
        expectStatus(0, sourceLocation: sourceLocation)
        return try CanonicalJSON.parse(standardOutput)
    }
}

extension JSONValue {
    /// The member `rows`, as `--json` prints it.
    func rows() throws -> String {
        String(decoding: try CanonicalJSON.serialize(self["rows"] ?? .null), as: UTF8.self)
    }

    /// A member that has to be a string.
    func text(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        try #require(self[name]?.stringValue, "no \(name) in \(self)", sourceLocation: sourceLocation)
    }
}
