import CanonicalJSON
import Foundation
import Testing

/// Killed before single calls that change a file, and halfway through single writes: all of them, or some of each command.
@Suite("Crash points", .enabled(if: CrashLibrary.isUsable), .serialized)
struct CrashPointTests {
    @Test(
        "Killed at any call, a command leaves a sound ledger and nothing half-written, and runs again",
        arguments: CrashScenario.chosen)
    func everyCall(of scenario: CrashScenario) async throws {
        let library = try await CrashLibrary.shared()
        let start = try await scenario.start()
        let calls = try await library.calls(of: scenario.arguments(start), in: start.copy().consortium)
        #expect(calls.count > 50, "the calls of \(scenario.name) were not counted")
        let plain = calls.indices.map { CrashPoint(number: $0 + 1, isTorn: false, call: calls[$0]) }
        // What is no write is not torn: it would be the plain point once more.
        let torn = calls.indices.filter { calls[$0].contains("write") }
            .map { CrashPoint(number: $0 + 1, isTorn: true, call: calls[$0]) }
        let began = ContinuousClock.now
        let before = Before(log: Set(try await start.consortium.log()), secrets: try start.consortium.secrets())
        // Where not all are wanted, fewer of those after which much has to be run.
        let stride = CrashLibrary.stride == 1 ? 1 : CrashLibrary.stride * scenario.weight
        // Commands begin alike: each is killed in other places than the ones before it.
        let first = (CrashScenario.all.firstIndex { $0.name == scenario.name } ?? 0) * 5 % stride
        let points = (plain + torn).enumerated().filter { $0.offset % stride == first }.map(\.element)
        #expect(!points.isEmpty, "\(scenario.name) is killed nowhere")
        try await forEachConcurrently(points) { point in
            try await check(scenario, at: point, from: start, before, library)
        }
        print("\(scenario.name): \(plain.count) calls, \(torn.count) torn writes, \(ContinuousClock.now - began)")
    }

    private func check(
        _ scenario: CrashScenario, at point: CrashPoint, from start: TestConsortium.Prepared,
        _ before: Before, _ library: CrashLibrary
    ) async throws {
        let state = try await start.copy()
        let consortium = state.consortium
        let temporaries = consortium.folder.path("temporaries")
        try FileManager.default.createDirectory(atPath: temporaries, withIntermediateDirectories: true)
        let killed = try await consortium.run(
            scenario.arguments(state),
            environment: library.environment(killAt: point.number, torn: point.isTorn).merging(
                ["TMPDIR": temporaries]) { _, new in new })
        let left = try FileSnapshot(of: consortium.folder)
        // Randomness moves a call or two: a late point may be behind the end of this run.
        #expect(killed.wasKilled || killed.status == 0, "\(scenario.name) at \(point): \(killed.message)")
        try await consortium.expectSound()
        let log = try await consortium.log()
        #expect(before.log.isSubset(of: log), "\(scenario.name) at \(point) lost a transaction")
        var told: JSONValue?
        if !killed.standardOutput.isEmpty {
            told = try CanonicalJSON.parse(killed.standardOutput)
            let ids = told?.transactions ?? []
            #expect(ids.allSatisfy { id in log.contains { $0.id == id } }, "\(scenario.name) at \(point)")
        }
        try await scenario.expectNothingPartial(state, log)
        let again = try await consortium.run(scenario.arguments(state))
        #expect(again.status == 0, "\(scenario.name) again after \(point): \(again.message)")
        guard again.status == 0 else { return }
        try await scenario.expectDone(state, again.document(), told)
        // Shares that the killed run made are known only when their holders have them.
        let secrets = try before.secrets + consortium.secrets() + scenario.values
        #expect(left.places(of: secrets).isEmpty, "\(scenario.name) at \(point)")
        #expect(try FileSnapshot(of: consortium.folder).places(of: secrets).isEmpty, "\(scenario.name) at \(point)")
    }

    private struct Before: Sendable {
        let log: Set<LoggedTransaction>
        let secrets: [SecretForms]
    }
}

extension JSONValue {
    /// The ids of the transactions that a command tells of, itself or in a list.
    fileprivate var transactions: [String] {
        let listed = (arrayValue ?? self["requests"]?.arrayValue ?? []).compactMap { $0["transaction"]?.stringValue }
        return (self["transaction"]?.stringValue).map { [$0] } ?? listed
    }
}

/// Where a run is killed.
struct CrashPoint: CustomStringConvertible, Sendable {
    /// From 1.
    let number: Int
    let isTorn: Bool
    let call: String

    var description: String { "call \(number) (\(call)\(isTorn ? ", half done" : ""))" }
}

/// Runs `body` for all items, as many at a time as there are cores.
func forEachConcurrently<Item: Sendable>(
    _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Void
) async throws {
    let width = ProcessInfo.processInfo.activeProcessorCount
    try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, item) in items.enumerated() {
            if index >= width { try await group.next() }
            group.addTask { try await body(item) }
        }
        try await group.waitForAll()
    }
}
