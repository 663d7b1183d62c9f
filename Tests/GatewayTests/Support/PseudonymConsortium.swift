import BlobStore
import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import ObliviousPRF
import QueryPlans
import SealedTables
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing

/// site1 and site2 of the section health and revenue of the section tax, with the ministry as custodian of the
/// pseudonyms of both, who has made its keys; and a pool in each section.
struct PseudonymConsortium {
    let base: TestConsortium

    init(base: TestConsortium) {
        self.base = base
    }

    /// A copy of one that is founded.
    /// - Parameter hasCustodian: Otherwise each department has a key of its own.
    init(hasCustodian: Bool = true) async throws {
        let template = try await PseudonymTemplates.shared.founded(hasCustodian: hasCustodian)
        base = try TestConsortium(copying: template, at: TestConsortium.founded.adding(seconds: 120))
    }

    fileprivate static func found(hasCustodian: Bool) async throws -> TestFolder {
        let folder = TestFolder()
        let policies = folder.url("policies")
        try FileManager.default.createDirectory(at: policies, withIntermediateDirectories: true)
        try Data(PseudonymConsortium.policy.utf8).write(to: policies.appending(path: "consortium.yaml"))
        if hasCustodian {
            try Data(PseudonymConsortium.pseudonyms.utf8).write(to: policies.appending(path: "pseudonyms.yaml"))
        }
        let place = folder.directory.appending(path: "consortium", directoryHint: .isDirectory)
        _ = try await FoundLocally(
            policy: ConsortiumPolicy(directory: policies), cost: .insecureForTesting,
            clock: { TestConsortium.founded }, passphrase: TestConsortium.passphrase
        ).run(in: place)
        let consortium = PseudonymConsortium(
            base: try TestConsortium(
                copying: TestFolder(copying: place), at: TestConsortium.founded.adding(seconds: 60)))
        let vault = try consortium.base.vault("ministry")
        for (pool, members) in [("health", ["site1", "site2"]), ("tax", ["revenue"])] {
            try vault.store(#require(SecretName("pool.\(pool).\(pool)")), TestPoolKey.serialized())
            let session = try consortium.session("ministry", section: pool)
            _ = try await CreatePoolKey(
                pool: name(pool), members: members.map { try name($0) }, custodian: name("ministry"), bitCount: 2_048
            ).run(as: session)
            if hasCustodian { _ = try await CreatePseudonymKey().run(as: session) }
        }
        return consortium.base.folder
    }

    /// - Parameter section: Of who has none of his own.
    func session(_ party: String, section: String = "health") throws -> PartySession {
        let (home, clock) = (try base.home(party), base.clock)
        return try PartySession(
            home: home, section: home.party.section ?? name(section),
            passphrase: TestConsortium.passphrase(name(party)), clock: { clock.now })
    }

    func health<Value>(_ body: (LedgerState) throws -> Value) throws -> Value {
        try session("audit").state(body)
    }

    /// Writes a table of persons and plans.
    func table(_ rows: [(person: String, plan: Int)], named file: String) throws -> (csv: URL, schema: URL) {
        let (csv, schema) = (base.folder.url("\(file).csv"), base.folder.url("\(file).json"))
        let text = rows.enumerated().map { "\($1.person),\($1.plan),\($0 % 5)\n" }.joined()
        try Data(("person,plan,visits\n" + text).utf8).write(to: csv)
        try Data(PseudonymConsortium.schema.utf8).write(to: schema)
        return (csv, schema)
    }

    func request(
        _ department: String, _ rows: [(person: String, plan: Int)]
    ) async throws -> ObtainPseudonyms.Obtained {
        let (csv, schema) = try table(rows, named: department)
        return try await ObtainPseudonyms(csv: csv, schema: schema).run(as: session(department))
    }

    func evaluate(section: String = "health") async throws -> [EvaluateRequest.Evaluated] {
        try await EvaluateRequest(nil).run(as: session("ministry", section: section))
    }

    @discardableResult
    func publish(
        _ department: String, _ rows: [(person: String, plan: Int)], replacing: Bool = false
    ) async throws -> Manifest {
        let (csv, schema) = try table(rows, named: department)
        let session = try session(department)
        let published = try await PublishTable(
            csv: csv, schema: schema, pool: name(session.section.text), dataset: name("care-\(department)"),
            replacing: replacing
        ).run(as: session)
        return try Manifest(session.blobs.get(published.sealed.manifest))
    }

    /// Requests, evaluates and publishes.
    @discardableResult
    func publishWithPseudonyms(_ department: String, _ rows: [(person: String, plan: Int)]) async throws -> Manifest {
        _ = try await request(department, rows)
        _ = try await evaluate(section: session(department).section.text)
        return try await publish(department, rows)
    }

    /// Subjects by plan, as the guard counts them in all of the pool; and that it releases the plans given only.
    func subjects(releasing plans: [Int64]) async throws -> [Int64: Int] {
        let statistics = try session("statistics")
        let requested = try await statistics.requestToken(
            TokenWish(
                scope: .pool(name("health")), packs: [name("care")], purpose: "visits", uses: 5,
                until: .after(seconds: 3_600)))
        try requested.acknowledge()
        for department in ["site1", "site2"] {
            _ = try await session(department).approveToken(requested.token.hex)
        }
        let report = try RunQuery(
            .statement("SELECT plan, SUM(visits) FROM health GROUP BY plan", of: .all), token: requested.token.hex
        ).assess(as: session("statistics")).report
        func plan(_ group: GuardReport.Group) -> Int64? {
            if case .integer(let plan)? = group.key.values.first { plan } else { nil }
        }
        #expect(report.released.compactMap(plan) == plans)
        return Dictionary(
            uniqueKeysWithValues: try report.groups.map { (try #require(plan($0)), $0.subjects) })
    }

    /// The pseudonyms of a department's dataset, row by row.
    func pseudonyms(_ department: String) throws -> [Pseudonym] {
        let session = try session(department)
        let record = try #require(try session.state { try $0.dataset(name("care-\(department)")) })
        let dataset = try SealedDataset(loading: record.manifest, from: session.blobs)
        return try dataset.shards.indices.flatMap {
            try UnverifiedShard($0, of: dataset, in: session.blobs).table.subjects
        }
    }

    /// A department's vault as files, for tests that put one back as a crash would have left it.
    func vaultFiles(_ department: String, _ prefix: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: base.home(department).vaultDirectory, includingPropertiesForKeys: nil
        ).filter { $0.lastPathComponent.hasPrefix(prefix) }
    }

    /// The blocks of the blob store that all share, by file.
    func blocks() throws -> Set<String> {
        let names = try FileManager.default.subpathsOfDirectory(atPath: base.local.blobs.path(percentEncoded: false))
        return Set(names.filter { ($0 as NSString).lastPathComponent.hasPrefix("ba") })
    }

    /// What waits in a party's home for the ledger, locks aside.
    func pending(_ party: String) throws -> [String] {
        let folder = try base.home(party).pendingDirectory.path(percentEncoded: false)
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasSuffix(".lock") }
    }

    /// What became of a request, under the section's key in use.
    func status(of request: PseudonymRequest) throws -> PseudonymStatus {
        request.status(under: try health { try $0.pseudonymKey()?.id })
    }

    /// The only request that waits.
    func waiting() throws -> PseudonymRequest {
        let all = try health { try $0.pseudonymRequests() }.filter { try status(of: $0) == .waiting }
        #expect(all.count == 1)
        return try #require(all.first)
    }

    /// Evaluates the waiting request as no use case would.
    func evaluate(_ evaluations: (PseudonymRequest, BlindedBatch, PRFKey) throws -> EvaluatedBatch) async throws {
        let (request, session) = (try waiting(), try session("ministry"))
        let key = try base.vault("ministry").load("pseudonyms.health").withUnsafeBytes {
            try PRFKey(secret: Data($0))
        }
        let batch = try BlindedBatch(bytes: session.blobs.get(request.terms.elements).data)
        let cid = try session.blobs.put(evaluations(request, batch, key).bytes, codec: .raw)
        let receipt = try await submit(
            EvaluatePseudonyms(request: request.id, count: request.terms.count, evaluated: cid), as: "ministry")
        #expect(receipt.isAccepted)
    }

    /// Signs and submits to the ledger of health, as no use case would.
    func submit(_ body: some TransactionBody, as party: String) async throws -> Receipt {
        var generator = SystemRandomNumberGenerator()
        let ledger = try session("audit").ledger
        let header = TransactionHeader(
            by: try name(party), ledger: ledger.identity, nonce: .random(using: &generator),
            notAfter: base.clock.now.adding(seconds: 600))
        let key = try base.vault(party).load("signing").withUnsafeBytes { try SigningKey(ed25519Secret: $0) }
        let payload = TransactionPayload(header: header, body: body)
        return try await ledger.submit(
            Envelope.sign(payload: payload.encoded(), payloadType: payload.payloadType, with: [key]))
    }

    private static let schema = """
        {"fields": [
          {"name": "person", "type": "string", "protection": "pseudonym"},
          {"name": "plan", "type": "integer", "protection": "public"},
          {"name": "visits", "type": "integer", "protection": "computable",
           "constraints": {"minimum": 0, "maximum": 400}}],
         "packs": {"care": ["visits"]}, "subject": "person"}
        """

    private static let policy = """
        name: Pseudonyms
        sections: [health, tax]
        parties:
          - {name: site1, role: department, section: health, superior: ministry}
          - {name: site2, role: department, section: health, superior: ministry}
          - {name: revenue, role: department, section: tax, superior: ministry}
          - {name: ministry, role: superior}
          - {name: audit, role: auditor}
          - {name: statistics, role: collaborator}
        """

    private static let pseudonyms = """
        sections:
          - {section: health, custodian: ministry, evaluations: 20, days: 30}
          - {section: tax, custodian: ministry, evaluations: 20, days: 30}
        """
}

/// Those that take seconds to make, made once; tests work on copies.
private actor PseudonymTemplates {
    static let shared = PseudonymTemplates()

    private var founding: [Bool: Task<TestFolder, any Error>] = [:]

    func founded(hasCustodian: Bool) async throws -> TestFolder {
        let task = founding[hasCustodian] ?? Task { try await PseudonymConsortium.found(hasCustodian: hasCustodian) }
        founding[hasCustodian] = task
        return try await task.value
    }
}
