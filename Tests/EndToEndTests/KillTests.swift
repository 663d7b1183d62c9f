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
        try await run(DataWalk.begin(seed: walk))
    }

    @Test(
        "Nor is a share lost, or left in clear, by ceremonies, deposits, grants and openings that were killed",
        arguments: [UInt64(3), 4])
    func shares(walk: UInt64) async throws {
        try await run(SharesWalk.begin(seed: walk))
    }

    private func run(_ walk: some KilledCommands) async throws {
        var walk = walk
        for step in 1...Self.killsInEachWalk {
            try await walk.step()
            if step.isMultiple(of: 20) { try await walk.check() }
        }
        try await walk.check()
        try await walk.finish()
        let killing = walk.killing
        print(
            "KillTests: \(killing.killed) of \(Self.killsInEachWalk) killed, \(killing.acknowledged.count) acknowledged"
        )
        // A walk in which all came through, or nothing did, would not have tested anything.
        #expect(killing.killed > 20)
        #expect(killing.acknowledged.count > 20)
    }
}

/// Commands that are run one after the other in one consortium, each killed after a random time or not at all.
protocol KilledCommands {
    var killing: RandomKilling { get }

    /// Runs one command that is in its place now.
    mutating func step() async throws

    /// What must hold at any time.
    func check() async throws

    /// Everything can be run to its end after all that.
    mutating func finish() async throws
}

/// Kills commands at moments within the time that they take.
struct RandomKilling {
    let consortium: TestConsortium
    var generator: SeededGenerator
    /// Transactions that commands printed before they ended with 0.
    private(set) var acknowledged: Set<String>
    private(set) var killed = 0
    /// In seconds. Grows with each kill and shrinks with each command that came through, so that about half of them
    /// do, in a debug build on a busy machine as in a release build on an idle one.
    private var longestDelay = 0.5

    init(in consortium: TestConsortium, seed: UInt64, acknowledged: Set<String>) {
        self.consortium = consortium
        generator = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15)
        self.acknowledged = acknowledged
    }

    /// - Parameter mayFail: Whether it is no fault when the command says no.
    /// - Returns: What it printed; `nil` where it was killed, or said no.
    mutating func run(_ arguments: [String], mayFail: Bool = false) async throws -> JSONValue? {
        let environment = ["CHANCERY_HOME": consortium.home, "CHANCERY_PASSPHRASE": TestConsortium.passphrase]
        let command = RunningCommand(
            try Binary.chancery(), arguments + ["--json"], environment: environment, in: consortium.folder.url)
        let delay = Double.random(in: 0..<1, using: &generator) * longestDelay
        try command.start()
        let kill = DispatchWorkItem { command.send(signal: SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + delay, execute: kill)
        let run = try await command.end(within: .seconds(120))
        kill.cancel()
        guard !run.wasKilled else {
            killed += 1
            longestDelay *= 1.2
            return nil
        }
        longestDelay /= 1.2
        if mayFail, run.status == 1 { return nil }
        #expect(run.status == 0, "\(arguments): \(run.message)")
        guard run.status == 0 else { return nil }
        let document = try CanonicalJSON.parse(run.standardOutput)
        for part in document.arrayValue ?? [document] {
            if let transaction = part["transaction"]?.stringValue { acknowledged.insert(transaction) }
        }
        return document
    }

    /// The acknowledged set against the ledger, and the ledger against itself.
    func check() async throws {
        try await consortium.expectSound()
        #expect(acknowledged.isSubset(of: Set(try await consortium.log().map(\.id))))
    }
}

/// Publishing, tokens, queries and openings under one custodian.
private struct DataWalk: KilledCommands {
    private let state: TestConsortium.Prepared
    private(set) var killing: RandomKilling
    private var results: [String]
    private var published = 0

    /// Each walk begins with as many uses as it may take.
    static func begin(seed: UInt64) async throws -> DataWalk {
        var state = try await TestConsortium.at(.published, departments: 1).copy()
        state.token = try await state.consortium.requestToken(uses: 1_000)
        try await state.consortium.approve(state.token, by: "site1")
        state.result = try await state.consortium.query(state.token).document().text("result")
        return DataWalk(state, seed: seed)
    }

    private init(_ state: TestConsortium.Prepared, seed: UInt64) {
        self.state = state
        killing = RandomKilling(in: state.consortium, seed: seed, acknowledged: [state.token, state.result])
        results = [state.result]
    }

    mutating func step() async throws {
        let arguments = nextCommand()
        guard let document = try await killing.run(arguments) else { return }
        if arguments[0] == "query" { results.append(try document.text("result")) }
    }

    private mutating func nextCommand() -> [String] {
        switch Int.random(in: 0..<5, using: &killing.generator) {
        case 0:
            // Half of the time the same name again: a publication that was killed goes on.
            published += Int.random(in: 0...1, using: &killing.generator)
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
        default: return ["open", results.randomElement(using: &killing.generator) ?? state.result, "--as", "ministry"]
        }
    }

    func check() async throws {
        try await killing.check()
        // Each result took one use, and at most one killed query has taken one without a result.
        let results = try await state.consortium.log().count { $0.kind == "result.record" }
        let taken = 1_000 - (try #require(try await state.consortium.usesLeft(of: state.token)))
        #expect((0...1).contains(Int(taken) - results), "\(taken) uses for \(results) results")
    }

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
