import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import Multiprecision
import Paillier
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing

/// A consortium whose policy asks for escrow of site1, and site1's patients with sealed names: two of the ministry, the
/// auditor and site2 open a cell.
struct EscrowConsortium {
    let base: TestConsortium

    /// A copy of one that is founded, with a pool, before any escrow.
    static func founded() async throws -> EscrowConsortium {
        try EscrowConsortium(copying: await EscrowTemplates.shared.founded())
    }

    /// A copy of one with site1's key registered, deposited and acknowledged, and its dataset published.
    static func published() async throws -> EscrowConsortium {
        try EscrowConsortium(copying: await EscrowTemplates.shared.published())
    }

    private init(base: TestConsortium) {
        self.base = base
    }

    private init(copying folder: TestFolder) throws {
        base = try TestConsortium(copying: folder, at: TestConsortium.founded.adding(seconds: 3_600))
    }

    fileprivate static func found() async throws -> TestFolder {
        let folder = TestFolder()
        let policies = folder.url("policies")
        try FileManager.default.createDirectory(at: policies, withIntermediateDirectories: true)
        try Data(policy.utf8).write(to: policies.appending(path: "consortium.yaml"))
        try Data(escrow.utf8).write(to: policies.appending(path: "escrow.yaml"))
        let place = folder.directory.appending(path: "consortium", directoryHint: .isDirectory)
        _ = try await FoundLocally(
            policy: ConsortiumPolicy(directory: policies), cost: .insecureForTesting,
            clock: { TestConsortium.founded }, passphrase: TestConsortium.passphrase
        ).run(in: place)
        let base = try TestConsortium(
            copying: TestFolder(copying: place), at: TestConsortium.founded.adding(seconds: 60))
        try base.vault("ministry").store("pool.health.health", TestPoolKey.serialized())
        _ = try await CreatePoolKey(
            pool: name("health"), members: [name("site1"), name("site2")], custodian: name("ministry"), bitCount: 2_048
        ).run(as: base.session("ministry"))
        return base.folder
    }

    fileprivate static func foundAndPublish() async throws -> TestFolder {
        let consortium = try await founded()
        try await consortium.registerKey()
        _ = try await DepositKeyShares().run(as: consortium.session("site1"))
        for holder in holders {
            let answers = try await AcknowledgeDeposits().run(as: consortium.session(holder))
            #expect(answers.map(\.complaint) == [nil])
        }
        _ = try await consortium.publish()
        return consortium.base.folder
    }

    static let holders = ["ministry", "audit", "site2"]

    func session(_ party: String) throws -> PartySession { try base.session(party) }

    func registerKey() async throws {
        try base.vault("site1").store("fields", fieldKey().withSerialized { SecretBytes(copying: $0) })
        _ = try await CreateFieldKey(bitCount: 2_048).run(as: session("site1"))
    }

    /// Published here, so worth nothing as a key; of `openssl prime -generate -safe -bits 1024`.
    func fieldKey() throws -> PrivateKey {
        try PrivateKey(p: #require(BigInteger(EscrowConsortium.p)), q: #require(BigInteger(EscrowConsortium.q)))
    }

    @discardableResult
    func publish(_ dataset: String = "patients", owners: [String] = []) async throws -> PublishTable.Published {
        let (csv, schema) = (base.folder.url("patients.csv"), base.folder.url("patients.json"))
        try Data(EscrowConsortium.table.utf8).write(to: csv)
        try Data(EscrowConsortium.schema.utf8).write(to: schema)
        return try await PublishTable(
            csv: csv, schema: schema, pool: name("health"), dataset: name(dataset), owners: owners.map { try name($0) }
        ).run(as: session("site1"))
    }

    /// Asks for a name, and lets the waiting time pass.
    func request(
        row: Int = 3, of dataset: String = "patients", by party: String = "statistics"
    ) async throws -> Digest {
        let receipt = try await session(party).requestOpening(
            of: name(dataset), row: row, field: "name", reason: "case 4/2026",
            until: base.clock.now.adding(seconds: 86_400))
        base.clock.advance(seconds: 3_600)
        return receipt.transaction
    }

    func grant(_ request: Digest, by party: String) async throws -> GrantRecordOpening.Granted {
        try await GrantRecordOpening(request.hex).run(as: session(party))
    }

    func open(_ request: Digest, by party: String = "statistics") async throws -> OpenGrantedRecord.Opened {
        try await OpenGrantedRecord(request.hex).run(as: session(party))
    }

    /// A holder's share, out of its vault.
    func share(of party: String) throws -> (share: KeyShare, key: ThresholdKey) {
        let state = try session(party)
        let deposit = try #require(try state.state { try $0.deposit(of: name("site1")) })
        let record = try #require(try state.state { try $0.fieldKey(of: name("site1")) })
        let key = try ThresholdKey(deposit.record, of: record.publicKey())
        let secret = try base.vault(party).load(#require(SecretName("escrow.\(deposit.id.hex.prefix(32))")))
        return (try secret.withUnsafeBytes { try KeyShare(serialized: $0, under: key) }, key)
    }

    /// Grants with any part at all, as no use case would, and hands it out at once.
    func grant(_ request: Digest, by party: String, with part: PartialDecryption) async throws {
        let requester = try #require(try session(party).state { try $0.escrowRequest(request) }).requester
        let plain = try CanonicalJSON.encode(part)
        let sealing = try #require(base.local.consortium.record.party(requester)).sealingKey
        let message = try SealedMessage.seal(
            plain, to: SealingKey(x25519: sealing), info: Data("chancery escrow part v1".utf8),
            authenticating: Data(request.bytes))
        let cid = try session(party).blobs.put(CanonicalJSON.encode(message), codec: .raw)
        let receipt = try await base.submit(
            GrantOpening(request: request, grant: .init(part: .sha256(plain), sealed: cid)), as: party)
        #expect(receipt.isAccepted)
    }

    static let names = (0..<12).map { "Patient Number \($0)" }
    private static let table =
        "person,plan,name,visits\n"
        + names.enumerated().map { "\($0),\($0 % 2),\($1),\($0 % 5)\n" }.joined()

    private static let schema = """
        {"fields": [
          {"name": "person", "type": "integer", "protection": "pseudonym"},
          {"name": "plan", "type": "integer", "protection": "public"},
          {"name": "name", "type": "string", "protection": "sealed"},
          {"name": "visits", "type": "integer", "protection": "computable",
           "constraints": {"minimum": 0, "maximum": 400}}],
         "packs": {"care": ["visits"]}, "subject": "person"}
        """

    private static let policy = """
        name: Escrow
        sections: [health]
        parties:
          - {name: site1, role: department, section: health, superior: ministry}
          - {name: site2, role: department, section: health, superior: ministry}
          - {name: ministry, role: superior}
          - {name: audit, role: auditor}
          - {name: statistics, role: collaborator}
          - {name: clinic, role: enterprise}
        """

    private static let escrow = """
        rules:
          - for: [site1]
            holders: {threshold: 2, of: [superior, audit, site2]}
            waitingHours: 1
            told: [audit]
            grants: 3
            days: 30
        """

    private static let p = """
        14899358472807570233775487839701776427831807287346840809976092420238508056912469024861125107593337\
        75230082174472730647091240941154463387847200509721850764204458783565608024834477058777558747388720\
        65368675753521960398845320134774878055583048364878259467606467714049975622905032385164426327311745\
        630975709790707
        """
    private static let q = """
        15419213023880891652995087811391770391456127610552080206476249938592388277563569002999652234930506\
        29226510625618068710879040381103449820473048427650393941000231725038714711116977933197383130335809\
        56126250377217636482891810365088059913312206343012903493507625675730063268565264045060839139654656\
        595996089588647
        """
}

/// Those that take seconds to make, made once; tests work on copies.
private actor EscrowTemplates {
    static let shared = EscrowTemplates()

    private var founding: Task<TestFolder, any Error>?
    private var publishing: Task<TestFolder, any Error>?

    func founded() async throws -> TestFolder {
        let task = founding ?? Task { try await EscrowConsortium.found() }
        founding = task
        return try await task.value
    }

    func published() async throws -> TestFolder {
        let task = publishing ?? Task { try await EscrowConsortium.foundAndPublish() }
        publishing = task
        return try await task.value
    }
}

/// Canonical JSON of what parties seal to each other.
enum CanonicalJSONMessage {
    static func read(_ block: Block) throws -> SealedMessage {
        try CanonicalJSON.decode(SealedMessage.self, from: block.data)
    }

    static func bytes(_ value: some Encodable) throws -> Data { try CanonicalJSON.encode(value) }
}
