import CanonicalJSON
import Foundation
import Testing

extension TestConsortium {
    /// All that a refused command must leave as it was.
    struct Footprint: Equatable, Sendable {
        let blobs: [String]
        let log: [LoggedTransaction]
        /// Without its time, which is that of the newest block.
        let catalog: Data
        let results: String
    }

    func footprint() async throws -> Footprint {
        Footprint(
            blobs: try await blobs(), log: try await log(),
            catalog: try CanonicalJSON.serialize(try await json("catalog")["pools"] ?? .null),
            results: try await run("result", "list", "--json").expectStatus(0).text)
    }

    /// Runs a command that is to be refused, and checks that it changed nothing and printed nothing.
    @discardableResult
    func expectRefused(
        _ arguments: [String], status: Int32, saying fragments: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> CommandRun {
        let before = try await footprint()
        let run = try await run(arguments)
        run.expectStatus(status, sourceLocation: sourceLocation)
        #expect(run.standardOutput.isEmpty, sourceLocation: sourceLocation)
        for fragment in fragments {
            #expect(run.message.contains(fragment), "\(run.message) lacks \(fragment)", sourceLocation: sourceLocation)
        }
        #expect(try await footprint() == before, "\(arguments) left something", sourceLocation: sourceLocation)
        return run
    }

    /// The same for a refusal that is recorded: exactly one transaction more, and nothing else.
    func expectRecordedRefusal(
        _ arguments: [String], kind: String, reason: String?, saying fragments: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try await footprint()
        let run = try await run(arguments)
        run.expectStatus(1, sourceLocation: sourceLocation)
        #expect(run.standardOutput.isEmpty, sourceLocation: sourceLocation)
        for fragment in fragments {
            #expect(run.message.contains(fragment), "\(run.message) lacks \(fragment)", sourceLocation: sourceLocation)
        }
        let after = try await footprint()
        let recorded = after.log.dropFirst(before.log.count)
        #expect(recorded.map(\.kind) == [kind], sourceLocation: sourceLocation)
        #expect(recorded.map(\.reason) == [reason], sourceLocation: sourceLocation)
        #expect(after.results == before.results, sourceLocation: sourceLocation)
        #expect(after.catalog == before.catalog, sourceLocation: sourceLocation)
        if let id = recorded.first?.id {
            #expect(
                run.message.contains(id), "the message does not name the transaction", sourceLocation: sourceLocation)
        }
    }
}
