import BlobStore
import Contracts
import Foundation
import Ledger
import Paillier
import SharingModel
import SignedEnvelopes

/// Some departments and a collaborator, all signing keys in hand, with a dataset that a token can be redeemed for.
struct BenchConsortium: Sendable {
    typealias Submit = @Sendable (Envelope) async throws -> Receipt

    let ledger: LedgerIdentity
    let keys: [PartyName: SigningKey]
    let departments: [PartyName]

    /// Makes a pool and a dataset, and has as many tokens approved as it takes.
    /// - Parameters:
    ///   - key: The ledger looks at it once; its length changes nothing that is measured.
    ///   - redemptions: How many there will be at most.
    func prepareTokens(key: PrivateKey, redemptions: Int, _ submit: Submit) async throws -> BenchTokens {
        let names = BenchNames(departments: departments.count)
        let modulus = Data(key.publicKey.modulusBytes)
        try await send(
            CreatePool(
                name: names.pool, members: departments, modulus: modulus, keyProof: key.proveModulus()),
            by: [departments[0]], submit)
        try await send(
            PublishDataset(
                name: names.dataset, pool: names.pool, manifest: BenchConsortium.document,
                keyFingerprint: .sha256(modulus), rows: 10, shards: 1, bytes: 1_000, packs: [names.pack: ["cost"]],
                publicColumns: ["year"], owners: [departments[0]], approvals: 1),
            by: [departments[0]], submit)
        let request = RequestToken(
            datasets: [names.dataset], packs: [names.pack], purpose: "bench", uses: Int64(BenchTokens.uses),
            until: Timestamp.benchNow().adding(seconds: 1_000_000))
        var tokens: [Digest] = []
        for _ in 0...redemptions / BenchTokens.uses {
            let token = try await send(request, by: [names.user], submit).transaction
            try await send(ApproveToken(token: token), by: [departments[0]], submit)
            tokens.append(token)
        }
        return BenchTokens(tokens)
    }

    /// Signs and submits one redemption.
    func redeem(_ tokens: BenchTokens, _ submit: Submit) async throws {
        let names = BenchNames(departments: departments.count)
        try await send(
            RedeemToken(
                token: tokens.next(), plan: BenchConsortium.document, datasets: [names.dataset], packs: [names.pack]),
            by: [names.user], submit)
    }

    private static let document = CID(of: Data("{}".utf8), codec: .dagJSON)

    @discardableResult
    func send(
        _ body: some TransactionBody, by signers: [PartyName], _ submit: Submit
    ) async throws -> Receipt {
        var generator = SystemRandomNumberGenerator()
        let header = TransactionHeader(
            by: signers[0], ledger: ledger, nonce: .random(using: &generator),
            notAfter: Timestamp.benchNow().adding(seconds: 3_600))
        let payload = TransactionPayload(header: header, body: body)
        let receipt = try await submit(
            Envelope.sign(
                payload: payload.encoded(), payloadType: payload.payloadType, with: signers.compactMap { keys[$0] }))
        if let refusal = receipt.refusal { throw refusal }
        return receipt
    }
}

extension Timestamp {
    @Sendable static func benchNow() -> Timestamp {
        Timestamp(seconds: Int64(Date().timeIntervalSince1970))
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

    init(departments count: Int = 1) {
        func name<Kind>(_ text: String) -> Name<Kind> {
            guard let name = Name<Kind>(text) else { preconditionFailure("\(text) is a name") }
            return name
        }
        (section, user, pool) = (name("health"), name("statistics"), name("health"))
        (dataset, pack) = (name("visits"), name("care"))
        // Two digits, so that their order is that of the numbers.
        departments = (1...count).map { name("site\($0 < 10 ? "0" : "")\($0)") }
    }
}
