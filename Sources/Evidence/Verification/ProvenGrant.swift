import BlobStore
import Contracts
import Foundation
import Ledger
import Multiprecision
import Paillier
import SharingModel

/// That the data were published by their owners, that a token was granted on them by as many as it needs, and that one
/// use of it was taken for the plan.
struct ProvenGrant {
    let pool: CreatePool
    /// Who created the pool holds its private key.
    let custodian: PartyName
    let key: PublicKey
    let redemption: RedeemToken
    let redemptionID: Digest
    let token: RequestToken
    let grantee: PartyName
    /// By the dataset's name; exactly those of the redemption.
    let datasets: [DatasetName: PublishDataset]

    /// The redemption's manifests, sorted by text.
    var inputs: [CID] { datasets.values.map(\.manifest).sorted() }

    init(_ file: EvidenceFile, _ ledger: ProvenLedger, _ findings: inout Findings) throws {
        let result = try ledger.one(RecordResult.self, of: .result) { entry, _ in entry.id == file.content.result }
        let redeemed = try ledger.one(RedeemToken.self, of: .redemption) { entry, _ in
            entry.id == result.body.redemption
        }
        let requested = try ledger.one(RequestToken.self, of: .token) { entry, _ in entry.id == redeemed.body.token }
        redemption = redeemed.body
        redemptionID = redeemed.entry.id
        token = requested.body
        grantee = requested.entry.by
        guard redeemed.entry.by == grantee else {
            throw EvidenceError.doesNotHold(.redemption, "\(redeemed.entry.by) redeemed the token of \(grantee)")
        }
        datasets = try ProvenGrant.datasets(of: redeemed.body, before: requested.entry, ledger)
        (pool, custodian, key) = try ProvenGrant.pool(of: datasets, ledger, &findings)
        try checkTerms(redeemed.entry)
        try checkApprovals(requested.entry, redeemed.entry, ledger)
        findings.holds(
            "\(datasets.count) datasets were published by their owners: "
                + datasets.keys.sorted().map(\.text).joined(separator: ", "))
        findings.holds(
            "\(grantee) asked for packs \(token.packs.map(\.text).joined(separator: ", ")) for the purpose "
                + "'\(token.purpose)'; the owners of every dataset approved, and one of \(token.uses) uses was taken "
                + "before \(token.until)")
    }

    /// The version of each dataset that was current when the token was requested.
    private static func datasets(
        of redemption: RedeemToken, before request: ProvenLedger.Entry, _ ledger: ProvenLedger
    ) throws -> [DatasetName: PublishDataset] {
        var datasets = [DatasetName: PublishDataset]()
        for name in redemption.datasets {
            let published = try ledger.one(PublishDataset.self, of: .dataset) { entry, body in
                body.name == name && entry.proven.index < request.proven.index
            }
            try ledger.checkOwners(of: published)
            datasets[name] = published.body
        }
        return datasets
    }

    private static func pool(
        of datasets: [DatasetName: PublishDataset], _ ledger: ProvenLedger, _ findings: inout Findings
    ) throws -> (CreatePool, PartyName, PublicKey) {
        guard let name = datasets.values.first?.pool, datasets.values.allSatisfy({ $0.pool == name }) else {
            throw EvidenceError.doesNotHold(.dataset, "the datasets are not of one pool")
        }
        let created = try ledger.one(CreatePool.self, of: .pool) { _, body in body.name == name }
        let key: PublicKey
        do {
            key = try PublicKey(modulus: BigInteger(bigEndianBytes: Array(created.body.modulus)))
            try key.verify(created.body.keyProof)
        } catch {
            throw EvidenceError.doesNotHold(.pool, "\(error)")
        }
        for dataset in datasets.values {
            guard dataset.keyFingerprint.hex == key.fingerprint,
                dataset.owners.allSatisfy(created.body.members.contains)
            else {
                throw EvidenceError.doesNotHold(.dataset, "\(dataset.name) is not under the pool's key, by its members")
            }
        }
        findings.holds(
            "the key of pool \(name) has \(key.bitCount) bits and its proof holds: a ciphertext has one plaintext only")
        return (created.body, created.entry.by, key)
    }

    /// That the token covers what the redemption takes.
    private func checkTerms(_ redeemed: ProvenLedger.Entry) throws {
        if let named = token.datasets, !redemption.datasets.allSatisfy(named.contains) {
            throw EvidenceError.doesNotHold(.redemption, "it takes datasets that the token was not requested for")
        }
        if let named = token.pool, named != pool.name {
            throw EvidenceError.doesNotHold(.redemption, "the token is of another pool")
        }
        guard redemption.packs.allSatisfy(token.packs.contains) else {
            throw EvidenceError.doesNotHold(.redemption, "it takes packs that the token was not requested for")
        }
        guard redeemed.proven.time < token.until else {
            throw EvidenceError.doesNotHold(.redemption, "the token had expired")
        }
        if let contracts = token.contracts {
            guard let call = redemption.contract, contracts.contains(call.contract) else {
                throw EvidenceError.doesNotHold(
                    .redemption, "the token is limited to registered plans, and this is none")
            }
        }
    }

    /// k of n owners of every dataset, between request and redemption.
    private func checkApprovals(
        _ requested: ProvenLedger.Entry, _ redeemed: ProvenLedger.Entry, _ ledger: ProvenLedger
    ) throws {
        let approvals = ledger.all(ApproveToken.self).filter {
            $0.body.token == requested.id && $0.entry.proven.index > requested.proven.index
                && $0.entry.proven.index < redeemed.proven.index
        }
        for dataset in datasets.values {
            var agreed = Set(
                approvals.filter { $0.body.datasets?.contains(dataset.name) ?? true }.map(\.entry.by))
            // A requester who owns the data has agreed by requesting.
            agreed.insert(grantee)
            guard agreed.intersection(dataset.owners).count >= dataset.approvals else {
                throw EvidenceError.doesNotHold(
                    .token, "the owners of \(dataset.name) did not approve it (\(dataset.approvals) needed)")
            }
        }
    }
}
