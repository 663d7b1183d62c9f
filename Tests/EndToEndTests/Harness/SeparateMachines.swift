import CanonicalJSON
import Foundation
import Testing

/// Parties with a folder and a passphrase each, as on machines of their own: they get nothing of each other but the files
/// that a test hands round.
struct SeparateMachines: Sendable {
    static let departments = ["site1", "site2", "site3"]
    static let parties = departments + ["ministry", "statistics"]

    let folder = TemporaryFolder()

    init() throws {
        let sites = Self.departments.map {
            "  - {name: \($0), role: department, section: health, area: \($0), superior: ministry}"
        }
        let lines =
            ["name: Far apart", "sections: [health]", "parties:"] + sites
            + ["  - {name: ministry, role: superior}", "  - {name: statistics, role: collaborator}"]
        for party in Self.parties {
            try FileManager.default.createDirectory(
                atPath: policies(of: party), withIntermediateDirectories: true)
            try Data((lines.joined(separator: "\n") + "\n").utf8)
                .write(to: URL(filePath: policies(of: party) + "/consortium.yaml"))
        }
    }

    func home(of party: String) -> String { folder.path("\(party)/home") }
    func policies(of party: String) -> String { folder.path("\(party)/policies") }
    /// What lies where files are handed round.
    func handed(_ name: String) -> String { folder.path(name) }
    func passphrase(of party: String) -> String { "only \(party) knows this, 4711" }

    func run(
        _ arguments: [String], as party: String, through node: String? = nil, timeout: Duration = .seconds(150)
    ) async throws -> CommandRun {
        var environment = ["CHANCERY_HOME": home(of: party), "CHANCERY_PASSPHRASE": passphrase(of: party)]
        environment["CHANCERY_NODE"] = node
        return try await CommandRun.run(
            Binary.chancery(), arguments, environment: environment, in: folder.url, timeout: timeout)
    }

    /// Runs `found state` for a party, into a home of this name.
    func state(_ party: String, home: String? = nil, to file: String) async throws {
        try await run(
            [
                "found", "state", "--policies", policies(of: party), "--as", party, "--home",
                home ?? self.home(of: party), "--output", handed(file), "--insecure-key-derivation-for-testing",
            ], as: party
        ).expectStatus(0)
    }

    func sign(_ party: String, _ statements: [String], to file: String? = nil) async throws -> CommandRun {
        try await run(
            ["found", "sign"] + statements.map(handed) + [
                "--policies", policies(of: party), "--output", handed(file ?? "\(party).signed"),
            ], as: party)
    }

    func open(_ party: String, _ signed: [String]) async throws -> CommandRun {
        try await run(
            ["found", "open"] + signed.map(handed) + ["--output", handed("\(party).cosigned")], as: party)
    }

    func finish(_ party: String, _ cosigned: [String]) async throws -> CommandRun {
        try await run(["found", "finish"] + cosigned.map(handed) + ["--json"], as: party)
    }

    /// All of it, as it is meant to go.
    func found() async throws {
        for party in Self.parties { try await state(party, to: "\(party).json") }
        for party in Self.parties {
            try await sign(party, Self.parties.map { "\($0).json" }).expectStatus(0)
        }
        for party in Self.departments {
            try await open(party, Self.others(than: party, "signed")).expectStatus(0)
        }
        for party in Self.departments {
            try await finish(party, Self.others(than: party, "cosigned")).expectStatus(0)
        }
    }

    static func others(than party: String, _ suffix: String) -> [String] {
        departments.filter { $0 != party }.map { "\($0).\(suffix)" }
    }
}
