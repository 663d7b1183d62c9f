import BlobStore
import Contracts
import Foundation
import ObliviousPRF
import SharingModel
import Testing

/// The ministry keeps the key for pseudonyms of the section health: ten evaluations in two days.
enum Pseudonymity {
    static let rule = PseudonymRule(section: "health", custodian: "ministry", mostEvaluations: 10, periodDays: 2)
    static let key = PRFKey()

    static func record(_ rule: PseudonymRule = rule) -> FoundingRecord {
        Consortium.record(policy: SharingPolicy(pseudonyms: PseudonymPolicy(rules: [rule]))) { $0 }
    }

    static var registration: RegisterPseudonymKey { RegisterPseudonymKey(publicKey: key.publicKey.bytes) }

    static func request(_ count: Int64 = 4, _ text: String = "elements") -> RequestPseudonyms {
        RequestPseudonyms(key: key.publicKey.id, count: count, elements: cid(text, .raw))
    }

    static func answer(_ request: Digest, _ count: Int64 = 4) -> EvaluatePseudonyms {
        EvaluatePseudonyms(request: request, count: count, evaluated: cid("evaluated", .raw))
    }

    static func dataset(under key: Digest?) -> PublishDataset {
        PublishDataset(
            name: "care1", pool: "health", manifest: TestLedger.manifest("care1"), keyFingerprint: PoolKey.fingerprint,
            rows: 100, shards: 1, bytes: 1_000, packs: ["care": ["mdvis"]], publicColumns: ["year"],
            pseudonymKey: key, owners: ["site1"], approvals: 1)
    }
}

extension TestLedger {
    /// A section whose founding record names a custodian, before it has a key.
    static func withPseudonymPolicy() throws -> TestLedger {
        var ledger = try TestLedger(founding: Pseudonymity.record())
        try ledger.accept(pool("health"), by: "ministry")
        return ledger
    }

    /// With the key.
    static func withPseudonymKey() throws -> TestLedger {
        var ledger = try withPseudonymPolicy()
        try ledger.accept(Pseudonymity.registration, by: "ministry")
        return ledger
    }
}
