import CanonicalJSON
import Foundation
import TestSupport
import Testing

/// `kill -9` at random moments: what the crash points cannot reach, such as the middle of SQLite's shared memory.
@Suite("Killed at random")
struct KillTests {
    private static let killsInEachWalk = 110

    @Test("Whatever a command acknowledged is there, however many others were killed", arguments: [UInt64(1), 2])
    func randomMoments(walk: UInt64) async throws {
        var walk = KillWalk(try await KillWalk.begin(), seed: walk &* 0x9E37_79B9_7F4A_7C15)
        for kill in 1...Self.killsInEachWalk {
            try await walk.step()
            if kill.isMultiple(of: 20) { try await walk.check() }
        }
        try await walk.check()
        try await walk.finish()
        print("KillTests: \(walk.killed) of \(Self.killsInEachWalk) killed, \(walk.acknowledged.count) acknowledged")
        // A walk in which all came through, or nothing did, would not have tested anything.
        #expect(walk.killed > 20)
        #expect(walk.acknowledged.count > 20)
    }
}

/// One consortium, and commands run in it one after the other, each killed after a random time or not at all.
private struct KillWalk {
    private let state: TestConsortium.Prepared
    private var generator: SeededGenerator
    /// Transactions that commands printed before they ended with 0.
    private(set) var acknowledged: Set<String>
    private(set) var killed = 0
    private var results: [String]
    private var published = 0
    /// In seconds. Grows with each kill and shrinks with each command that came through, so that about half of them
    /// do, in a debug build on a busy machine as in a release build on an idle one.
    private var longestDelay = 0.5

    /// Each walk begins with as many uses as it may take.
    static func begin() async throws -> TestConsortium.Prepared {
        var state = try await TestConsortium.at(.published, departments: 1).copy()
        state.token = try await state.consortium.requestToken(uses: 1_000)
        try await state.consortium.approve(state.token, by: "site1")
        state.result = try await state.consortium.query(state.token).document().text("result")
        return state
    }

    init(_ state: TestConsortium.Prepared, seed: UInt64) {
        self.state = state
        generator = SeededGenerator(seed: seed)
        acknowledged = [state.token, state.result]
        results = [state.result]
    }

    /// Runs one command, and kills it at a moment within the time that such a command takes.
    mutating func step() async throws {
        let arguments = nextCommand()
        let environment = ["CHANCERY_HOME": state.consortium.home, "CHANCERY_PASSPHRASE": TestConsortium.passphrase]
        let command = RunningCommand(
            try Binary.chancery(), arguments + ["--json"], environment: environment, in: state.consortium.folder.url)
        let delay = Double.random(in: 0..<1, using: &generator) * longestDelay
        try command.start()
        let kill = DispatchWorkItem { command.send(signal: SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + delay, execute: kill)
        let run = try await command.end(within: .seconds(120))
        kill.cancel()
        guard !run.wasKilled else {
            killed += 1
            longestDelay *= 1.2
            return
        }
        longestDelay /= 1.2
        #expect(run.status == 0, "\(arguments): \(run.message)")
        guard run.status == 0 else { return }
        let document = try CanonicalJSON.parse(run.standardOutput)
        if let transaction = document["transaction"]?.stringValue { acknowledged.insert(transaction) }
        if arguments[0] == "query" { results.append(try document.text("result")) }
    }

    private mutating func nextCommand() -> [String] {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0:
            // Half of the time the same name again: a publication that was killed goes on.
            published += Int.random(in: 0...1, using: &generator)
            return [
                "publish", "site1.csv", "--schema", "schema.json", "--pool", "health", "--name", "walk\(published)",
                "--as", "site1",
            ]
        case 1:
            return [
                "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a walk", "--uses", "1",
                "--until", "9d", "--as", "statistics",
            ]
        case 2: return ["token", "approve", state.token, "--as", "site1"]
        case 3: return ["query", TestConsortium.statement, "--token", state.token, "--as", "statistics"]
        default: return ["open", results.randomElement(using: &generator) ?? state.result, "--as", "ministry"]
        }
    }

    /// The acknowledged set against the ledger, and the ledger against itself.
    func check() async throws {
        try await state.consortium.expectSound()
        let recorded = Set(try await state.consortium.log().map(\.id))
        #expect(acknowledged.isSubset(of: recorded))
        // Each result took one use, and at most one killed query has taken one without a result.
        let results = try await state.consortium.log().count { $0.kind == "result.record" }
        let taken = 1_000 - (try #require(try await state.consortium.usesLeft(of: state.token)))
        #expect((0...1).contains(Int(taken) - results), "\(taken) uses for \(results) results")
    }

    /// Everything can be run to its end after all that.
    func finish() async throws {
        let result = try await state.consortium.query(state.token).document().text("result")
        try await state.consortium.run("open", result, "--as", "ministry").expectStatus(0)
        let shown = try await state.consortium.json("result", "show", result, "--as", "statistics")
        #expect(
            try CanonicalJSON.serialize(shown["rows"] ?? .null)
                == Data(TestConsortium.expectedRows(departments: 1).utf8))
        let results = try await state.consortium.log().count { $0.kind == "result.record" }
        #expect(try await state.consortium.usesLeft(of: state.token) == Int64(1_000 - results))
    }
}
