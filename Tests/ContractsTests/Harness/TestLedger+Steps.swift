import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import SharingModel
import Testing

// The usual steps up to a point of the data's way, so that a test begins where its promise does.

extension TestLedger {
    /// `health` with site1 to site3 under the ministry's key.
    static func withPool() throws -> TestLedger {
        var ledger = try TestLedger()
        try ledger.accept(pool("health"), by: "ministry")
        return ledger
    }

    /// `care1` to `care3`, each of one site, with the packs `care` and `income`.
    static func withDatasets() throws -> TestLedger {
        var ledger = try TestLedger.withPool()
        for site in 1...3 {
            let owner = PartyName(stringLiteral: "site\(site)")
            try ledger.accept(dataset(DatasetName(stringLiteral: "care\(site)"), owners: [owner]), by: owner)
        }
        return ledger
    }

    /// A token of the statistics office for pack `care` of all three datasets, approved by all owners.
    static func withToken(
        uses: Int64 = 2, until: Timestamp = "2026-12-01T00:00:00Z", contracts: [ContractReference]? = nil
    ) throws -> (ledger: TestLedger, token: Digest) {
        var ledger = try TestLedger.withDatasets()
        let token = try ledger.accept(request(uses: uses, until: until, contracts: contracts), by: "statistics")
        for site: PartyName in ["site1", "site2", "site3"] {
            try ledger.accept(ApproveToken(token: token), by: site)
        }
        return (ledger, token)
    }

    /// A result of `care1` and `care2` under such a token.
    static func withResult(
        uses: Int64 = 2, until: Timestamp = "2026-12-01T00:00:00Z"
    ) throws -> (ledger: TestLedger, token: Digest, result: Digest) {
        var (ledger, token) = try TestLedger.withToken(uses: uses, until: until)
        let result = try ledger.compute(token)
        return (ledger, token, result)
    }

    /// Redeems the token for a plan over `care1` and `care2`, and records the result.
    mutating func compute(_ token: Digest, plan: String = "plan") throws -> Digest {
        let redemption = try accept(redeem(token, plan: plan), by: "statistics")
        return try accept(TestLedger.result(redemption, plan: plan), by: "statistics")
    }

    static func pool(
        _ name: PoolName, members: [PartyName] = ["site1", "site2", "site3"], modulus: Data = PoolKey.small.modulus
    ) -> CreatePool {
        CreatePool(name: name, members: members, modulus: modulus, keyProof: PoolKey.small.proof)
    }

    static func dataset(
        _ name: DatasetName, pool: PoolName = "health", version: Int = 1, owners: [PartyName], approvals: Int = 1,
        packs: [PackName: [String]] = ["care": ["mdvis", "meddol"], "income": ["income"]],
        key: Digest = PoolKey.fingerprint, validUntil: Timestamp? = nil
    ) -> PublishDataset {
        PublishDataset(
            name: name, pool: pool, manifest: manifest(name, version), keyFingerprint: key, rows: 1_000, shards: 2,
            bytes: 1_500_000, packs: packs, publicColumns: ["plan", "year"], owners: owners, approvals: approvals,
            validUntil: validUntil)
    }

    static func manifest(_ name: DatasetName, _ version: Int = 1) -> CID { cid("manifest \(name) \(version)") }

    static func request(
        packs: [PackName] = ["care"], purpose: String = "Spending by plan", uses: Int64 = 2,
        until: Timestamp = "2026-12-01T00:00:00Z", contracts: [ContractReference]? = nil
    ) -> RequestToken {
        RequestToken(pool: "health", packs: packs, purpose: purpose, uses: uses, until: until, contracts: contracts)
    }

    func redeem(
        _ token: Digest, plan: String = "plan", datasets: [DatasetName] = ["care1", "care2"],
        packs: [PackName] = ["care"], call: ContractCall? = nil
    ) -> RedeemToken {
        RedeemToken(token: token, plan: cid(plan), datasets: datasets, packs: packs, contract: call)
    }

    static func result(
        _ redemption: Digest, plan: String = "plan", inputs: [CID] = [manifest("care1"), manifest("care2")]
    ) -> RecordResult {
        RecordResult(
            redemption: redemption, plan: cid(plan), inputs: inputs, result: cid("result of \(plan)"),
            releasedGroups: 12, refusedGroups: 1)
    }

    static func opening(_ result: Digest, seen: Int64 = 0) -> RecordOpening {
        RecordOpening(
            result: result, opening: cid("sealed opening \(result)", .raw), commitment: digest("opening \(result)"),
            openingsSeen: seen)
    }
}
