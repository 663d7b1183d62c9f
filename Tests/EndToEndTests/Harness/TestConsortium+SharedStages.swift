import CanonicalJSON
import Foundation
import Synchronization
import Testing

extension TestConsortium {
    /// How far a consortium has gone whose pool's key is in shares, and whose policy asks for escrow of `site1` and
    /// `site2`. The pool `health` is dealt by the ministry to `site1`, `site2`, `audit` and `province`, two of whom open.
    enum SharedStage: Sendable, CaseIterable {
        case founded
        /// The pool is created, and nobody has taken a share.
        case dealt
        /// All holders have acknowledged.
        case inForce
        /// `site1` has a key for fields.
        case keyed
        case deposited
        /// All holders of `site1`'s escrow have acknowledged.
        case escrowed
        /// `site1` has published twelve rows with sealed names as `d1`.
        case published
        /// A token is approved, and a result recorded.
        case computed
        /// `site1` and `audit` have given their parts of it.
        case given
        /// `site2` has proposed to refresh the shares.
        case proposed
        /// All have dealt, and all but `province` acknowledged.
        case renewed
        /// `audit` has proposed to refresh the shares of `site1`'s deposit.
        case escrowProposed
        /// All have dealt, and all but `site2` acknowledged.
        case escrowRenewed
        /// `statistics` has asked for the name in row 3.
        case requested
        /// The ministry has granted it.
        case grantedByOne
        /// `audit` too, and both parts are handed out.
        case granted

        fileprivate var earlier: SharedStage? {
            switch self {
            case .founded: nil
            case .dealt: .founded
            case .inForce: .dealt
            case .keyed: .inForce
            case .deposited: .keyed
            case .escrowed: .deposited
            case .published: .escrowed
            case .computed, .requested, .escrowProposed: .published
            case .escrowRenewed: .escrowProposed
            case .given, .proposed: .computed
            case .renewed: .proposed
            case .grantedByOne: .requested
            case .granted: .grantedByOne
            }
        }
    }

    static let poolHolders = ["site1", "site2", "audit", "province"]
    static let escrowHolders = ["ministry", "audit", "site2"]

    /// A consortium at `stage`; made once for all tests, so use a ``Prepared/copy()``.
    static func shared(_ stage: SharedStage) async throws -> Prepared {
        let task = making.withLock { making in
            if let task = making[stage] { return task }
            let task = Task { try await make(stage) }
            making[stage] = task
            return task
        }
        return try await task.value
    }

    private static let making = Mutex<[SharedStage: Task<Prepared, any Error>]>([:])

    private static func make(_ stage: SharedStage) async throws -> Prepared {
        guard let earlier = stage.earlier else { return try await foundShared() }
        var state = try await shared(earlier).copy()
        let consortium = state.consortium
        switch stage {
        case .founded: break
        case .dealt: try await consortium.run(createSharedPool).expectStatus(0)
        case .inForce: try await consortium.acknowledgePool(by: poolHolders)
        case .keyed: try await consortium.run(escrowKey(of: .site1)).expectStatus(0)
        case .deposited: try await consortium.run("escrow", "deposit", "--as", "site1").expectStatus(0)
        case .escrowed:
            try await consortium.acknowledgeEscrow(by: escrowHolders)
        case .published: try await consortium.publish("site1.csv", as: "site1", name: "d1").expectStatus(0)
        case .computed:
            state.token = try await consortium.requestToken(uses: uses)
            try await consortium.approve(state.token, by: "site1")
            state.result = try await consortium.query(state.token).document().text("result")
        case .given: try await consortium.give(state.result, by: "site1", "audit")
        case .proposed:
            state.ceremony = try await consortium.json("pool", "refresh", "health", "--as", "site2").text("ceremony")
        case .renewed:
            try await consortium.deal(by: poolHolders)
            try await consortium.acknowledgePool(by: poolHolders.dropLast())
        case .escrowProposed:
            state.ceremony = try await consortium.json("escrow", "refresh", "--owner", "site1", "--as", "audit")
                .text("ceremony")
        case .escrowRenewed:
            try await consortium.dealEscrow(by: escrowHolders)
            try await consortium.acknowledgeEscrow(by: escrowHolders.dropLast())
        case .requested: state.request = try await consortium.requestName(row: 3)
        case .grantedByOne: try await consortium.grant(state.request, by: "ministry")
        case .granted: try await consortium.grant(state.request, by: "audit", "ministry")
        }
        return state
    }

    static var createSharedPool: [String] {
        get throws { try sharedPool("health") + ["--json"] }
    }

    /// The command that deals a pool to ``poolHolders``.
    static func sharedPool(_ name: String, key: KnownPrimes = .pool) throws -> [String] {
        [
            "pool", "create", name, "--members", "site1,site2", "--threshold", "2", "--holders",
            poolHolders.joined(separator: ","), "--custodian", "ministry", "--as", "ministry",
        ] + (try key.arguments)
    }

    static func escrowKey(of site: KnownPrimes) throws -> [String] {
        ["escrow", "key", "--as", site.rawValue, "--json"] + (try site.arguments)
    }

    private static func foundShared() async throws -> Prepared {
        let consortium = TestConsortium(folder: TemporaryFolder())
        try FileManager.default.createDirectory(
            at: consortium.folder / "policies", withIntermediateDirectories: false)
        try consortium.folder.write(sharedPolicy, as: "policies/consortium.yaml")
        try consortium.folder.write(escrowPolicy, as: "policies/escrow.yaml")
        try consortium.folder.write(sealedSchema, as: "schema.json")
        for site in 1...2 { try consortium.folder.write(sealedTable(site), as: "site\(site).csv") }
        try await consortium.run(
            "found", "--policies", "policies", "--local", "--insecure-key-derivation-for-testing"
        ).expectStatus(0)
        return Prepared(consortium: consortium)
    }

    private static let sharedPolicy = """
        name: shares
        sections: [health]
        parties:
          - {name: site1, role: department, section: health, superior: ministry}
          - {name: site2, role: department, section: health, superior: ministry}
          - {name: ministry, role: superior, superior: province}
          - {name: province, role: superior}
          - {name: audit, role: auditor}
          - {name: statistics, role: collaborator}
        sharing:
          minimumSubjects: 5
          quorum: two-thirds
          transactionHours: 24
        """

    /// `site2`'s holders have to wait for a day; `site1`'s need not.
    private static let escrowPolicy = """
        rules:
          - for: [site1]
            holders: {threshold: 2, of: [superior, audit, site2]}
            told: [audit]
            grants: 2
            days: 30
          - for: [site2]
            holders: {threshold: 2, of: [superior, {threshold: 1, of: [audit, site1]}]}
            waitingHours: 24
            grants: 2
            days: 30
        """

    /// ``schema`` with a sealed column.
    private static let sealedSchema = schema.replacingOccurrences(
        of: "\"fields\": [",
        with: "\"fields\": [\n  {\"name\": \"name\", \"type\": \"string\", \"protection\": \"sealed\"},")

    /// ``table(_:)`` with names.
    private static func sealedTable(_ department: Int) -> String {
        let lines = table(department).split(separator: "\n")
        return (["name,\(lines[0])"] + lines.dropFirst().enumerated().map { "\(name(department, $0)),\($1)" })
            .joined(separator: "\n") + "\n"
    }

    /// The sealed name in a row.
    static func name(_ department: Int, _ row: Int) -> String { "Recognisable Person \(department * 100 + row)" }
}

extension TestConsortium {
    func acknowledgePool(by holders: some Sequence<String>) async throws {
        for holder in holders { try await run("pool", "acknowledge", "health", "--as", holder).expectStatus(0) }
    }

    /// For the ceremony that waits, whatever it is.
    func deal(by dealers: [String]) async throws {
        let ceremony = try #require(try await json("pool", "show", "health")["ceremony"])
        for dealer in dealers {
            try await run(
                "pool", "deal", "health", ceremony.text("id"), "--holders", ceremony.text("structure"), "--as", dealer
            ).expectStatus(0)
        }
    }

    /// Shares of `site1`'s deposit.
    func dealEscrow(by dealers: [String]) async throws {
        let deposit = try await json("escrow", "list")["deposits"]?.arrayValue?.first
        let ceremony = try #require(deposit?["ceremony"]).text("id")
        for dealer in dealers {
            try await run("escrow", "deal", ceremony, "--owner", "site1", "--as", dealer).expectStatus(0)
        }
    }

    func acknowledgeEscrow(by holders: some Sequence<String>) async throws {
        for holder in holders { try await run("escrow", "acknowledge", "--as", holder).expectStatus(0) }
    }

    func give(_ result: String, by holders: String...) async throws {
        for holder in holders { try await run("open", result, "--as", holder).expectStatus(0) }
    }

    func requestName(row: Int, of dataset: String = "d1", as party: String = "statistics") async throws -> String {
        try await json(
            "escrow", "request", dataset, "--row", "\(row)", "--field", "name", "--reason", "case 4", "--as", party
        ).text("request")
    }

    func grant(_ request: String, by holders: String...) async throws {
        for holder in holders { try await run("escrow", "grant", request, "--as", holder).expectStatus(0) }
    }

    /// Fails unless `statistics` sees the opened rows, and they are the plain table's.
    func expectOpened(_ result: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let shown = try await run("result", "show", result, "--as", "statistics", "--json").document()
        let rows = try shown.rows()
        #expect(rows == TestConsortium.expectedRows(departments: 1), sourceLocation: sourceLocation)
    }
}
