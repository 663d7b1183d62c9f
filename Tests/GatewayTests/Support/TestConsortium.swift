import BlobStore
import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing

/// Three departments with 90 rows each of RAND's table under one pool key, their ministry as custodian, an auditor,
/// and a statistics office, in a folder of this test's own.
struct TestConsortium {
    let folder: TestFolder
    let local: LocalConsortium
    let clock: TestClock

    static let departments = ["site1", "site2", "site3"]
    static let founded = Timestamp(seconds: 1_767_603_600)  // 2026-01-05T09:00:00Z
    static let table = Result { try PlainTable(sites: [1, 2, 3], perSite: 90) }

    /// A copy of a consortium whose departments have published.
    static func published() async throws -> TestConsortium {
        try TestConsortium(copying: try await Templates.shared.published(), at: founded.adding(seconds: 3_600))
    }

    /// A copy of one in which the statistics office has an opened result and every department has cosigned.
    static func opened() async throws -> (consortium: TestConsortium, result: String) {
        let (folder, result) = try await Templates.shared.opened()
        return (try TestConsortium(copying: folder, at: founded.adding(seconds: 7_200)), result)
    }

    init(copying original: TestFolder, at time: Timestamp) throws {
        folder = try TestFolder(copying: original.directory)
        clock = TestClock(time)
        guard case .consortium(let local) = try HomeLocation(directory: folder.directory) else {
            throw GatewayError.notAHome(path: folder.path)
        }
        self.local = local
    }

    func home(_ party: String) throws -> PartyHome { try local.home(of: name(party)) }

    static func passphrase(_ party: PartyName) -> SecretBytes {
        var bytes = Array("\(party)'s own passphrase".utf8)
        return SecretBytes(wiping: &bytes)
    }

    func session(
        _ party: String, tellOfWaiting: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> PartySession {
        let clock = clock
        return try PartySession(
            home: home(party), passphrase: TestConsortium.passphrase(name(party)), tellOfWaiting: tellOfWaiting,
            clock: { clock.now })
    }

    /// The party's vault, for tests that forge what a use case would not do.
    func vault(_ party: String) throws -> KeyVault {
        try KeyVault(
            directory: home(party).vaultDirectory, passphrase: TestConsortium.passphrase(name(party)))
    }

    /// Signs and submits any body, as no use case would.
    func submit(_ body: some TransactionBody, as party: String) async throws -> Receipt {
        let session = try session(party)
        return try await session.ledger.submit(envelope(body, as: party))
    }

    func envelope(_ body: some TransactionBody, as party: String) throws -> Envelope {
        var generator = SystemRandomNumberGenerator()
        let header = TransactionHeader(
            by: try name(party), ledger: try session(party).ledger.identity, nonce: .random(using: &generator),
            notAfter: clock.now.adding(seconds: 600))
        let key = try vault(party).load("signing").withUnsafeBytes { try SigningKey(ed25519Secret: $0) }
        let payload = TransactionPayload(header: header, body: body)
        return try Envelope.sign(payload: payload.encoded(), payloadType: payload.payloadType, with: [key])
    }

    func cosign() throws {
        for department in TestConsortium.departments { _ = try session(department).cosign() }
    }
}

// The way of the data in short.
extension TestConsortium {
    func publish(_ department: String, replacing: Bool = false) async throws -> PublishTable.Published {
        let csv = folder.url("\(department).csv")
        if !FileManager.default.fileExists(atPath: csv.path) {
            let site = try #require(department.last.flatMap { Int(String($0)) })
            try Data(TestConsortium.table.get().csv(site: site).utf8).write(to: csv)
        }
        return try await PublishTable(
            csv: csv, schema: Repository.schema, pool: name("health"), dataset: name("health-\(department)"),
            replacing: replacing
        ).run(as: session(department))
    }

    func request(
        _ packs: [String] = ["care"], uses: Int64 = 5, lasting seconds: Int64 = 86_400, by party: String = "statistics",
        contracts: [ContractReference]? = nil
    ) async throws -> String {
        try await request(
            TokenWish(
                scope: .pool(name("health")), packs: packs.map { try name($0) }, purpose: "spending by year",
                uses: uses, until: .after(seconds: seconds), contracts: contracts),
            by: party)
    }

    func request(_ wish: TokenWish, by party: String = "statistics") async throws -> String {
        let requested = try await session(party).requestToken(wish)
        try requested.acknowledge()
        return requested.token.hex
    }

    func approve(_ token: String, by owners: [String] = departments) async throws {
        for owner in owners { _ = try await session(owner).approveToken(token) }
    }

    func grant(_ packs: [String] = ["care"], uses: Int64 = 5) async throws -> String {
        let token = try await request(packs, uses: uses)
        try await approve(token)
        return token
    }

    func query(
        _ statement: String = byYear, of datasets: DatasetSelection = .all, token: String,
        as party: String = "statistics"
    ) async throws -> RunQuery.Computed {
        let computed = try await RunQuery(.statement(statement, of: datasets), token: token).run(as: session(party))
        try computed.acknowledge()
        return computed
    }

    func open(_ result: Digest) async throws -> OpenRecordedResult.Opened {
        try await OpenRecordedResult(result.hex).run(as: session("ministry"))
    }

    static let byYear = """
        SELECT year, SUM(meddol), AVG(meddol), VARIANCE(meddol), VAR_POP(meddol), COUNT(*), SUM(mdvis)
        FROM health GROUP BY year
        """
}

func name<Kind>(_ text: String) throws -> Name<Kind> {
    try #require(Name<Kind>(text), "'\(text)' is not a name")
}
