import BlobStore
import Contracts
import Foundation
import Ledger
import LedgerSQLite
import Paillier
import SharingModel
import SignedEnvelopes

/// A section of four departments and a collaborator, all keys in hand, with a dataset that a token can be redeemed
/// for.
struct BenchConsortium: Sendable {
    private let ledger: Ledger
    private let founding: FoundingRecord
    private let keys: [PartyName: SigningKey]
    private let departments: [PartyName]
    private let user: PartyName

    init(storage: SQLiteLedgerStorage) throws {
        let names = BenchNames()
        var (keys, parties): ([PartyName: SigningKey], [Party]) = ([:], [])
        let cosigning = SigningKey.generate()
        for name in names.departments + [names.user] {
            let isDepartment = name != names.user
            let key = SigningKey.generate()
            keys[name] = key
            let own = name == names.departments[0] ? cosigning : .generate()
            parties.append(
                Party(
                    name: name, role: isDepartment ? .department : .collaborator,
                    section: isDepartment ? names.section : nil, area: nil, superior: nil,
                    signingKey: key.verificationKey.rawRepresentation,
                    cosigningKey: isDepartment ? own.verificationKey.rawRepresentation : nil,
                    sealingKey: UnsealingKey.generate().sealingKey.rawRepresentation))
        }
        founding = FoundingRecord(
            name: "Bench", founded: BenchConsortium.now(), sections: [names.section], parties: parties,
            policy: SharingPolicy())
        (self.keys, departments, user) = (keys, names.departments, names.user)
        let cosigner = try Cosigner(
            party: names.departments[0], secret: cosigning.exportSecretForVault(), consortium: founding.digest())
        ledger = try Ledger(
            storage: storage, founding: founding, section: names.section,
            settings: LedgerSettings(
                operator: names.departments[0], cosigner: cosigner, clock: BenchConsortium.now,
                rules: ContractRules(insecureKeysForTesting: true)))
    }

    /// Opens the section, makes a pool and a dataset, and has a token approved.
    func openSectionAndToken() async throws -> Digest {
        let names = BenchNames()
        try await submit(OpenSection(record: founding, registry: "registry\n"), by: departments)
        // The ledger looks at the key once; its length changes nothing that is measured.
        var generator = SystemRandomNumberGenerator()
        let key = try PrivateKey.generate(insecureBitCountForTesting: 128, using: &generator)
        let modulus = Data(key.publicKey.modulusBytes)
        try await submit(
            CreatePool(
                name: names.pool, members: departments, modulus: modulus, keyProof: key.proveModulus()),
            by: [departments[0]])
        try await submit(
            PublishDataset(
                name: names.dataset, pool: names.pool, manifest: BenchConsortium.document,
                keyFingerprint: .sha256(modulus), rows: 10, shards: 1, bytes: 1_000, packs: [names.pack: ["cost"]],
                publicColumns: ["year"], owners: [departments[0]], approvals: 1),
            by: [departments[0]])
        let request = RequestToken(
            datasets: [names.dataset], packs: [names.pack], purpose: "bench", uses: 1_000_000,
            until: BenchConsortium.now().adding(seconds: 1_000_000))
        let token = try await submit(request, by: [user]).transaction
        try await submit(ApproveToken(token: token), by: [departments[0]])
        return token
    }

    /// Signs and submits one redemption, and returns when it is durable.
    func redeem(_ token: Digest) async throws {
        let names = BenchNames()
        try await submit(
            RedeemToken(
                token: token, plan: BenchConsortium.document, datasets: [names.dataset], packs: [names.pack]),
            by: [user])
    }

    private static let document = CID(of: Data("{}".utf8), codec: .dagJSON)

    @Sendable private static func now() -> Timestamp {
        Timestamp(seconds: Int64(Date().timeIntervalSince1970))
    }

    @discardableResult
    private func submit(_ body: some TransactionBody, by signers: [PartyName]) async throws -> Receipt {
        var generator = SystemRandomNumberGenerator()
        let header = TransactionHeader(
            by: signers[0], ledger: ledger.identity, nonce: .random(using: &generator),
            notAfter: BenchConsortium.now().adding(seconds: 3_600))
        let payload = TransactionPayload(header: header, body: body)
        let receipt = try await ledger.submit(
            Envelope.sign(
                payload: payload.encoded(), payloadType: payload.payloadType, with: signers.compactMap { keys[$0] }))
        if let refusal = receipt.refusal { throw refusal }
        return receipt
    }
}

/// The names of everything that a bench makes.
struct BenchNames {
    let section: SectionName
    let departments: [PartyName]
    let user: PartyName
    let pool: PoolName
    let dataset: DatasetName
    let pack: PackName

    init() {
        func name<Kind>(_ text: String) -> Name<Kind> {
            guard let name = Name<Kind>(text) else { preconditionFailure("\(text) is a name") }
            return name
        }
        (section, user, pool) = (name("health"), name("statistics"), name("health"))
        (dataset, pack) = (name("visits"), name("care"))
        departments = (1...4).map { name("site\($0)") }
    }
}
