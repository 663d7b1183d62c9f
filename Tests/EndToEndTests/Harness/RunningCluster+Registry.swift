import CanonicalJSON
import Foundation
import Testing

/// Changes of members, decided by the departments of a running cluster.
extension RunningCluster {
    /// Proposes as site1, and approves as the next ones until it is decided.
    /// - Returns: The height at which it takes effect.
    func decide(_ arguments: String...) async throws -> Int {
        let proposal = try await consortium.run(
            ["registry", "propose"] + arguments + ["--as", "site1", "--json"],
            environment: ["CHANCERY_NODE": address(of: "site1")]
        ).document().text("proposal")
        return try await approve(proposal, by: ["site2", "site3", "site4"])
    }

    func approve(_ proposal: String, by departments: [String]) async throws -> Int {
        var effective: Int64?
        for department in departments where effective == nil {
            let answer = try await run(
                "registry", "approve", String(proposal.prefix(12)), "--as", department, "--json", through: department
            ).document()
            effective = answer["effective"]?.integerValue
        }
        return Int(try #require(effective))
    }

    /// - Returns: The transaction.
    @discardableResult
    func request(through department: String) async throws -> String {
        let run = try await run(
            "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "1", "--until",
            "90d", "--as", "statistics", "--json", through: department)
        if run.status != 0 { Issue.record("\(await state())") }
        return try run.document().text("transaction")
    }

    /// Submits what does not become final for a while; the command ends when it is answered. Each time something else is
    /// asked for: of the same command run twice the second waits for the first.
    func requestWithoutQuorum(through department: String) throws -> Task<CommandRun, any Error> {
        let command = try consortium.start(
            [
                "token", "request", "--pool", "health", "--packs", "care", "--purpose",
                "waits \(waiting.count)", "--uses", "1", "--until", "90d", "--as", "statistics", "--json",
            ], environment: ["CHANCERY_NODE": address(of: department)])
        waiting.append((department, command))
        return Task { try await command.end(within: .seconds(150)) }
    }

    /// Submits until the department's node calls `height` final.
    func advance(to height: Int, through department: String) async throws {
        while try await self.height(of: department) < height { try await request(through: department) }
    }
}
