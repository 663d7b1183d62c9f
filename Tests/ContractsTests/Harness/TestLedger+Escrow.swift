import BlobStore
import Contracts
import Foundation
import Multiprecision
import Paillier
import SharingModel
import SignedEnvelopes
import Testing

/// site1's key for fields in shares with the ministry, the auditor and site2, of whom two open.
enum Escrow {
    static let rule = EscrowRule(
        owner: "site1",
        holders: .gate(threshold: 2, of: [.party("ministry"), .party("audit"), .party("site2")]),
        waitSeconds: 3_600, told: ["clinic"], mostGrants: 2, periodSeconds: 86_400)

    static func record(_ rule: EscrowRule = rule) -> FoundingRecord {
        Consortium.record(policy: SharingPolicy(escrow: EscrowPolicy(rules: [rule]))) { $0 }
    }

    /// 256 bits, of `openssl prime -generate -safe -bits 128`.
    static let key: PrivateKey = {
        do {
            let (p, q) = ("337453187125468548572738095310734459607", "333475395801146409410793076025819406659")
            guard let p = BigInteger(p), let q = BigInteger(q) else { preconditionFailure("not numbers") }
            return try PrivateKey(insecurePForTesting: p, q: q)
        } catch {
            preconditionFailure("the primes are safe primes of one length: \(error)")
        }
    }()

    static func registration() throws -> RegisterFieldKey {
        RegisterFieldKey(modulus: Data(key.publicKey.modulusBytes), keyProof: try key.proveModulus())
    }

    static var fingerprint: Digest { Digest.sha256(Data(key.publicKey.modulusBytes)) }

    /// A sealed share as the contracts see one: bytes that they cannot open.
    static let sealed = SealedMessage(enc: Data(repeating: 7, count: 32), ciphertext: Data(repeating: 1, count: 40))

    static func deposit(
        _ rule: EscrowRule = rule, of key: PrivateKey = key, holders: [PartyName]? = nil,
        changing change: (ThresholdRecord) -> ThresholdRecord = { $0 }
    ) throws -> DepositKey {
        let dealt = try ThresholdKey.deal(key, over: rule.structure())
        let holders = holders ?? rule.holders.parties
        return DepositKey(
            record: change(dealt.key.record), shares: Dictionary(uniqueKeysWithValues: holders.map { ($0, sealed) }))
    }

    /// The deposit with the shares that it would send.
    static func dealt(
        _ rule: EscrowRule = rule, epoch: Int = 1
    ) throws -> (body: DepositKey, key: ThresholdKey, shares: [KeyShare]) {
        let dealt = try ThresholdKey.deal(key, over: rule.structure(), epoch: epoch)
        let shares = try dealt.shares.map { try KeyShare(holder: $0.holder, value: $0.value, under: dealt.key) }
        let body = DepositKey(
            record: dealt.key.record,
            shares: Dictionary(uniqueKeysWithValues: rule.holders.parties.map { ($0, sealed) }))
        return (body, dealt.key, shares)
    }

    static func dataset(
        _ name: DatasetName = "care1", owner: PartyName = "site1", owners: [PartyName]? = nil
    ) -> PublishDataset {
        PublishDataset(
            name: name, pool: "health", manifest: TestLedger.manifest(name), keyFingerprint: PoolKey.fingerprint,
            rows: 100, shards: 1, bytes: 1_000, packs: ["care": ["mdvis"]], publicColumns: ["year"],
            sealed: SealedColumns(columns: ["name", "address"], keyFingerprint: fingerprint),
            owners: owners ?? [owner],
            approvals: 1)
    }

    static func request(
        row: Int64 = 7, field: String = "name", until: Timestamp = "2026-12-01T00:00:00Z",
        reason: String = "case 4/2026", manifest dataset: DatasetName = "care1"
    ) -> RequestOpening {
        RequestOpening(
            .cell(SealedCellReference(manifest: TestLedger.manifest(dataset), row: row, field: field)),
            reason: reason, until: until)
    }

    static func grant(_ request: Digest, _ text: String = "part", epoch: Int = 1) -> GrantOpening {
        GrantOpening(request: request, grant: .init(part: digest(text), sealed: cid(text, .raw)), epoch: epoch)
    }

    /// The auditor's place taken by site3.
    static let moved = EscrowRule(
        owner: "site1",
        holders: .gate(threshold: 2, of: [.party("ministry"), .party("site2"), .party("site3")]),
        waitSeconds: 3_600, told: ["clinic"], mostGrants: 2, periodSeconds: 86_400)
}

extension TestLedger {
    /// A section whose founding record asks for escrow, with a pool.
    static func withEscrowPolicy(_ rule: EscrowRule = Escrow.rule) throws -> TestLedger {
        var ledger = try TestLedger(founding: Escrow.record(rule))
        try ledger.accept(pool("health"), by: "ministry")
        return ledger
    }

    /// With site1's key for fields, deposited and acknowledged by all.
    static func withEscrow(_ rule: EscrowRule = Escrow.rule) throws -> TestLedger {
        var ledger = try withEscrowPolicy(rule)
        try ledger.accept(Escrow.registration(), by: "site1")
        let deposit = try ledger.accept(Escrow.deposit(rule), by: "site1")
        for holder in rule.holders.parties {
            try ledger.accept(AcknowledgeDeposit(owner: "site1", deposit: deposit), by: holder)
        }
        return ledger
    }

    /// With a dataset that has sealed columns, and a request of `party`, whose waiting time is over.
    static func withRequest(
        _ rule: EscrowRule = Escrow.rule, by party: PartyName = "statistics"
    ) throws -> (ledger: TestLedger, request: Digest) {
        var ledger = try withEscrow(rule)
        try ledger.accept(Escrow.dataset(), by: "site1")
        let request = try ledger.accept(Escrow.request(), by: party)
        ledger.now = ledger.now.adding(seconds: 3_600)
        return (ledger, request)
    }
}
