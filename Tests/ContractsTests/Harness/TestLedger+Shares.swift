import BlobStore
import Contracts
import Foundation
import Multiprecision
import Paillier
import SharingModel
import Testing

/// The small pool key, dealt to three holders of whom two open.
struct SharedPool {
    static let holders: [PartyName] = ["site1", "site2", "audit"]
    let key: ThresholdKey
    let shares: [DealtShare]

    /// Made anew each time: what tests look at does not depend on the dealing's random numbers.
    init(_ structure: AccessStructure? = nil) throws {
        let (p, q) = ("299263228126033083607879777347364615739", "274827290528947796312826049844426278763")
        guard let p = BigInteger(p), let q = BigInteger(q) else { preconditionFailure("not numbers") }
        (key, shares) = try ThresholdKey.deal(
            PrivateKey(insecurePForTesting: p, q: q), over: structure ?? AccessStructure(threshold: 2, of: 3))
    }

    func body(_ record: ThresholdRecord? = nil, holders: [PartyName] = SharedPool.holders) -> CreatePool {
        CreatePool(
            name: "health", members: ["site1", "site2", "site3"], modulus: PoolKey.small.modulus,
            keyProof: PoolKey.small.proof,
            sharing: SharedKey(
                holders: holders, key: record ?? key.record, shares: holders.map { cid("share of \($0)", .raw) }))
    }

    /// The published values with another commitment to the shared number, or another epoch.
    func record(root: BigInteger? = nil, epoch: Int? = nil, fingerprint: String? = nil) -> ThresholdRecord {
        let own = key.record
        return ThresholdRecord(
            fingerprint: fingerprint ?? own.fingerprint, structure: own.structure, epoch: epoch ?? own.epoch,
            commitments: ShareCommitments(root: root ?? own.commitments.root, gates: own.commitments.gates),
            shareBitCount: own.shareBitCount, factor: own.factor)
    }
}

extension TestLedger {
    /// `health` with a key in shares: created, and acknowledged by `acknowledged`.
    static func withSharedPool(
        acknowledged: [PartyName] = SharedPool.holders
    ) throws -> (ledger: TestLedger, pool: SharedPool, ceremony: Digest) {
        var ledger = try TestLedger()
        let pool = try SharedPool()
        let ceremony = try ledger.accept(pool.body(), by: "ministry")
        for holder in acknowledged { try ledger.accept(ledger.acknowledgement(ceremony), by: holder) }
        return (ledger, pool, ceremony)
    }

    func acknowledgement(_ ceremony: Digest) throws -> AcknowledgeShare {
        let renewed = try typed.ceremony(of: "health")?.key
        let created = try typed.pool("health")?.sharing?.key
        return AcknowledgeShare(
            pool: "health", ceremony: ceremony, key: try (renewed ?? created)?.digest() ?? digest("none"))
    }

    /// A result of `care1` and `care2` in such a pool.
    static func withSharedResult() throws -> (
        ledger: TestLedger, pool: SharedPool, token: Digest, result: Digest
    ) {
        var (ledger, pool, _) = try TestLedger.withSharedPool()
        for site in 1...3 {
            let owner = PartyName(stringLiteral: "site\(site)")
            try ledger.accept(dataset(DatasetName(stringLiteral: "care\(site)"), owners: [owner]), by: owner)
        }
        let token = try ledger.accept(request(uses: 5), by: "statistics")
        for site: PartyName in ["site1", "site2", "site3"] { try ledger.accept(ApproveToken(token: token), by: site) }
        let result = try ledger.compute(token)
        return (ledger, pool, token, result)
    }

    static func part(_ result: Digest, seen: Int64 = 0, epoch: Int = 1) -> RecordPart {
        RecordPart(
            result: result, epoch: epoch, part: cid("part of \(result)"), commitment: digest("part \(result)"),
            openingsSeen: seen)
    }

    static func combination(_ result: Digest, of holders: [PartyName], epoch: Int = 1) -> CombineOpening {
        CombineOpening(
            result: result, epoch: epoch, holders: holders, opening: cid("opening \(result)"),
            commitment: digest("opening \(result)"))
    }

    /// New shares for the same holders: proposed by site1, dealt by site1 and audit.
    mutating func refresh(_ pool: SharedPool) throws -> Digest {
        let id = try accept(
            RenewShares(
                pool: "health", holders: SharedPool.holders, structure: pool.key.structure,
                dealers: ["site1", "audit"]), by: "site1")
        for dealer: PartyName in ["site1", "audit"] {
            let dealt = try pool.key.dealRefreshing()
            try accept(TestLedger.dealing(id, dealt.commitments), by: dealer)
        }
        return id
    }

    static func dealing(_ ceremony: Digest, _ commitments: ShareCommitments, count: Int = 3) -> DealShares {
        DealShares(
            pool: "health", ceremony: ceremony, commitments: commitments,
            shares: (0..<count).map { cid("dealt \($0)", .raw) })
    }
}
