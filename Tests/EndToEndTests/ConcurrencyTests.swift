import CanonicalJSON
import Foundation
import Testing

/// Many processes of one party at once.
@Suite("Twenty processes at once", .serialized)
struct ConcurrencyTests {
    private static let processes = 20

    @Test("A token of one use is redeemed once, and nineteen are refused")
    func oneUse() async throws {
        let state = try await approvedToken(uses: 1)
        let before = try await state.consortium.log()
        let runs = try await queryAtOnce(state)
        let refused = runs.filter { $0.status == 1 }
        #expect(runs.count { $0.status == 0 } == 1)
        #expect(refused.count == Self.processes - 1)
        #expect(refused.allSatisfy { $0.message.contains("uses-exhausted") && $0.standardOutput.isEmpty })
        let after = try await state.consortium.log().dropFirst(before.count)
        #expect(after.count { $0.kind == "token.redeem" && $0.accepted } == 1)
        // Every refusal is on the ledger too.
        #expect(after.count { $0.reason == "uses-exhausted" } == Self.processes - 1)
        #expect(after.count { $0.kind == "result.record" } == 1)
        #expect(try await state.consortium.usesLeft(of: state.token) == 0)
        try await state.consortium.expectSound()
    }

    @Test("A token of twenty uses serves twenty")
    func twentyUses() async throws {
        let state = try await approvedToken(uses: Self.processes)
        let runs = try await queryAtOnce(state)
        for run in runs { run.expectStatus(0) }
        let results = try runs.map { try $0.document().text("result") }
        #expect(Set(results).count == Self.processes, "two commands share a result")
        let log = try await state.consortium.log()
        #expect(Set(log.filter { $0.kind == "result.record" && $0.accepted }.map(\.id)) == Set(results))
        #expect(try await state.consortium.usesLeft(of: state.token) == 0)
        try await state.consortium.expectSound()
    }

    @Test("Different parties writing at once lose nothing")
    func differentParties() async throws {
        let state = try await TestConsortium.at(.published).copy()
        let consortium = state.consortium
        let commands = (0..<8).map { index in
            ["token", "request", "--datasets", "d\(index % 2 + 1)", "--packs", "care", "--purpose", "number \(index)"]
                + ["--uses", "1", "--until", "9d", "--as", index < 4 ? "statistics" : "press", "--json"]
        }
        let runs = try await atOnce(commands, in: consortium)
        let tokens = try runs.map { try $0.document().text("transaction") }
        #expect(Set(tokens).count == commands.count)
        #expect(Set(tokens).isSubset(of: Set(try await consortium.log().map(\.id))))
        try await consortium.expectSound()
    }

    private func approvedToken(uses: Int) async throws -> TestConsortium.Prepared {
        var state = try await TestConsortium.at(.published, departments: 1).copy()
        state.token = try await state.consortium.requestToken(uses: uses)
        try await state.consortium.approve(state.token, by: "site1")
        return state
    }

    private func queryAtOnce(_ state: TestConsortium.Prepared) async throws -> [CommandRun] {
        let query = ["query", TestConsortium.statement, "--token", state.token, "--as", "statistics", "--json"]
        return try await atOnce(Array(repeating: query, count: Self.processes), in: state.consortium)
    }

    /// All processes are there before the first is waited for.
    private func atOnce(_ commands: [[String]], in consortium: TestConsortium) async throws -> [CommandRun] {
        let environment = ["CHANCERY_HOME": consortium.home, "CHANCERY_PASSPHRASE": TestConsortium.passphrase]
        let running = try commands.map { arguments in
            let command = RunningCommand(
                try Binary.chancery(), arguments, environment: environment, in: consortium.folder.url)
            try command.start()
            return command
        }
        var runs: [CommandRun] = []
        for command in running { runs.append(try await command.end(within: .seconds(300))) }
        return runs
    }
}
