import Foundation
import Synchronization
import Testing

extension TestConsortium {
    /// How far the way of the data has been gone.
    enum Stage: Int, CaseIterable, Sendable {
        /// Founded, with a pool.
        case pool
        /// Every department has published twelve rows as `d1`, `d2` ….
        case published
        /// `statistics` has asked for a token.
        case requested
        /// Every department has approved it.
        case approved
        /// One use was taken, and a result recorded.
        case computed
        /// The custodian has opened it.
        case opened
    }

    /// A stage with the ids that its last commands printed.
    struct Prepared: Sendable {
        let consortium: TestConsortium
        var token = ""
        var result = ""
        /// Of escrow.
        var request = ""
        /// For new shares of the pool.
        var ceremony = ""
        /// The section's key for pseudonyms.
        var pseudonymKey = ""
        /// Of row 3 of `d1`.
        var pseudonym = ""

        /// With the same ids, and files of its own.
        func copy() async throws -> Prepared {
            Prepared(
                consortium: try await consortium.copy(), token: token, result: result, request: request,
                ceremony: ceremony, pseudonymKey: pseudonymKey, pseudonym: pseudonym)
        }
    }

    /// A consortium at `stage`; made once for all tests, so use a ``Prepared/copy()``.
    static func at(_ stage: Stage, departments: Int = 2) async throws -> Prepared {
        let key = StageKey(stage: stage, departments: departments)
        let task = making.withLock { making in
            if let task = making[key] { return task }
            let task = Task { try await make(stage, departments) }
            making[key] = task
            return task
        }
        return try await task.value
    }

    private struct StageKey: Hashable {
        let stage: Stage
        let departments: Int
    }

    private static let making = Mutex<[StageKey: Task<Prepared, any Error>]>([:])

    /// The uses of a stage's token.
    static let uses = 3

    private static func make(_ stage: Stage, _ departments: Int) async throws -> Prepared {
        guard let earlier = Stage(rawValue: stage.rawValue - 1) else { return try await found(departments) }
        var prepared = try await at(earlier, departments: departments).copy()
        let consortium = prepared.consortium
        switch stage {
        case .pool: break
        case .published:
            for number in 1...departments {
                try await consortium.publish("site\(number).csv", as: "site\(number)", name: "d\(number)")
                    .expectStatus(0)
            }
        case .requested: prepared.token = try await consortium.requestToken(uses: uses)
        case .approved:
            for number in 1...departments { try await consortium.approve(prepared.token, by: "site\(number)") }
        case .computed: prepared.result = try await consortium.query(prepared.token).document().text("result")
        case .opened: try await consortium.run("open", prepared.result, "--as", "ministry").expectStatus(0)
        }
        return prepared
    }

    private static func found(_ departments: Int) async throws -> Prepared {
        let consortium = TestConsortium(folder: TemporaryFolder())
        let sites = (1...departments).map { "site\($0)" }
        let parties =
            sites.map { "  - {name: \($0), role: department, section: health, area: \($0), superior: ministry}" }
            + ["  - {name: ministry, role: superior}"]
            + ["statistics", "press"].map { "  - {name: \($0), role: collaborator}" }
        try FileManager.default.createDirectory(
            at: consortium.folder / "policies", withIntermediateDirectories: false)
        try consortium.folder.write(
            "name: test\nsections:\n  - health\nparties:\n" + parties.joined(separator: "\n")
                + "\nsharing:\n  minimumSubjects: 5\n  quorum: two-thirds\n  transactionHours: 24\n",
            as: "policies/consortium.yaml")
        try consortium.folder.write(schema, as: "schema.json")
        for (index, site) in sites.enumerated() { try consortium.folder.write(table(index + 1), as: "\(site).csv") }
        try await consortium.run(
            "found", "--policies", "policies", "--local", "--insecure-key-derivation-for-testing"
        ).expectStatus(0)
        try await consortium.run(
            "pool", "create", "health", "--members", sites.joined(separator: ","), "--custodian", "ministry",
            "--bits", "2048", "--as", "ministry"
        ).expectStatus(0)
        return Prepared(consortium: consortium)
    }

    static let schema = """
        {"fields": [
          {"name": "plan", "type": "integer", "protection": "public"},
          {"name": "area", "type": "string", "protection": "public"},
          {"name": "person", "type": "integer", "protection": "pseudonym"},
          {"name": "cost", "type": "number", "protection": "computable", "decimals": 2,
           "constraints": {"minimum": 0, "maximum": 1000}}],
         "packs": {"care": ["cost"]}, "subject": "person", "missingValues": [""]}
        """

    /// Twelve persons, six in each of two plans; person `i` of department `d` cost 10·i + d + 0.5.
    /// Areas `a`, `b` and `c` are persons 0 to 4, 5 to 9, and the two that are left.
    static func table(_ department: Int) -> String {
        "plan,area,person,cost\n"
            + (0..<12).map { person in
                let area = ["a", "b", "c"][person / 5]
                return "\(person % 2 + 1),\(area),\(department * 100 + person),\(person * 10 + department).5\n"
            }.joined()
    }

    /// The rows of ``statement``, as the opened table has them.
    static func expectedRows(departments: Int) -> String {
        let rows = (1...2).map { plan in
            let costs = (1...departments).flatMap { department in
                (0..<12).filter { $0 % 2 + 1 == plan }.map { ($0 * 10 + department) * 10 + 5 }
            }
            let sum = costs.reduce(0, +)
            return "[\(plan),\"\(sum / 10).\(sum % 10)0\",\(costs.count)]"
        }
        return "[" + rows.joined(separator: ",") + "]"
    }
}
