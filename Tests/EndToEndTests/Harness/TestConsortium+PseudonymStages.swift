import CanonicalJSON
import Foundation
import Synchronization
import Testing

extension TestConsortium {
    /// How far a consortium has gone whose section has a key for pseudonyms, kept by the ministry, and whose policy asks
    /// for escrow of `site1`. The ministry has the key of the pool `health`.
    enum PseudonymStage: Sendable, CaseIterable {
        /// The pool is there, and all holders of `site1`'s escrow have acknowledged.
        case founded
        /// The ministry has made the section's key.
        case keyed
        /// `site1` has asked for the pseudonyms of its twelve values.
        case asked
        /// The ministry has evaluated them, and `site1` has not taken the answer in.
        case evaluated
        /// `site1` has published its table as `d1`.
        case published

        fileprivate var earlier: PseudonymStage? {
            switch self {
            case .founded: nil
            case .keyed: .founded
            case .asked: .keyed
            case .evaluated: .asked
            case .published: .evaluated
            }
        }
    }

    /// A consortium at `stage`; made once for all tests, so use a ``Prepared/copy()``.
    static func pseudonymous(_ stage: PseudonymStage) async throws -> Prepared {
        let task = making.withLock { making in
            if let task = making[stage] { return task }
            let task = Task { try await make(stage) }
            making[stage] = task
            return task
        }
        return try await task.value
    }

    private static let making = Mutex<[PseudonymStage: Task<Prepared, any Error>]>([:])

    private static func make(_ stage: PseudonymStage) async throws -> Prepared {
        guard let earlier = stage.earlier else { return try await foundPseudonymous() }
        var state = try await pseudonymous(earlier).copy()
        let consortium = state.consortium
        switch stage {
        case .founded: break
        case .keyed:
            state.pseudonymKey = try await consortium.json("pseudonym", "key", "--as", "ministry").text("key")
        case .asked: try await consortium.run(requestPseudonyms).expectStatus(0)
        case .evaluated: try await consortium.run("pseudonym", "evaluate", "--as", "ministry").expectStatus(0)
        case .published:
            try await consortium.run(publishPseudonyms).expectStatus(0)
            let shown = try await consortium.json("pseudonym", "show", "d1", "--row", "3", "--as", "audit")
            state.pseudonym = try (shown["pseudonyms"] ?? .null).text("person")
        }
        return state
    }

    static let requestPseudonyms = [
        "pseudonym", "request", identities.path("site1.csv"), "--schema", "schema.json", "--as", "site1", "--json",
    ]

    static let publishPseudonyms = [
        "publish", identities.path("site1.csv"), "--schema", "schema.json", "--pool", "health", "--name", "d1", "--as",
        "site1", "--json",
    ]

    private static func foundPseudonymous() async throws -> Prepared {
        let consortium = TestConsortium(folder: TemporaryFolder())
        try FileManager.default.createDirectory(
            at: consortium.folder / "policies", withIntermediateDirectories: false)
        try consortium.folder.write(pseudonymousPolicy, as: "policies/consortium.yaml")
        try consortium.folder.write(
            "rules:\n  - {for: [site1], holders: {threshold: 2, of: [superior, audit, site2]}, grants: 2, days: 30}\n",
            as: "policies/escrow.yaml")
        try consortium.folder.write(
            "sections:\n  - {section: health, custodian: ministry, evaluations: 1000, days: 30}\n",
            as: "policies/pseudonyms.yaml")
        try consortium.folder.write(
            schema.replacingOccurrences(
                of: #""person", "type": "integer""#, with: #""person", "type": "string""#), as: "schema.json")
        try identities.write(identityTable(1), as: "site1.csv")
        try await consortium.run(
            "found", "--policies", "policies", "--local", "--insecure-key-derivation-for-testing"
        ).expectStatus(0)
        try await consortium.run(
            ["pool", "create", "health", "--members", "site1,site2", "--custodian", "ministry", "--as", "ministry"]
                + KnownPrimes.pool.arguments
        ).expectStatus(0)
        try await consortium.run(escrowKey(of: .site1)).expectStatus(0)
        try await consortium.run("escrow", "deposit", "--as", "site1").expectStatus(0)
        for holder in escrowHolders {
            try await consortium.run("escrow", "acknowledge", "--as", holder).expectStatus(0)
        }
        return Prepared(consortium: consortium)
    }

    private static let pseudonymousPolicy = """
        name: pseudonyms
        sections: [health]
        parties:
          - {name: site1, role: department, section: health, superior: ministry}
          - {name: site2, role: department, section: health, superior: ministry}
          - {name: ministry, role: superior}
          - {name: audit, role: auditor}
          - {name: statistics, role: collaborator}
        """

    /// Outside every consortium, so that a search for the values does not find them here.
    private static let identities = TemporaryFolder()

    /// ``table(_:)`` with texts for persons.
    private static func identityTable(_ department: Int) -> String {
        let lines = table(department).split(separator: "\n")
        let rows = lines.dropFirst().enumerated().map { row, line in
            var cells = line.split(separator: ",").map(String.init)
            cells[2] = identity(department, row)
            return cells.joined(separator: ",")
        }
        return ([String(lines[0])] + rows).joined(separator: "\n") + "\n"
    }

    /// The person in a row.
    static func identity(_ department: Int, _ row: Int) -> String {
        "Recognisable Identity Number \(department * 100 + row) of the Register"
    }

    /// What must be in no file of a consortium.
    static let identityForms = (0..<12).map { row in
        SecretForms("the value in row \(row)", Array(identity(1, row).utf8))
    }
}
