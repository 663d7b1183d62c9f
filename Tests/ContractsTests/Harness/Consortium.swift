import Contracts
import Foundation
import Multiprecision
import Paillier
import SharingModel
import SignedEnvelopes

/// The parties of the tests: four departments of health, one of taxation, and one of each other role.
enum Consortium {
    static let record = FoundingRecord(
        name: "demo", founded: "2026-11-20T00:00:00Z", sections: ["health", "tax"],
        parties: [
            party("site1", .department, "health", superior: "ministry"), party("site2", .department, "health"),
            party("site3", .department, "health"), party("site4", .department, "health"),
            party("taxes", .department, "tax"), party("ministry", .superior), party("audit", .auditor),
            party("statistics", .collaborator), party("clinic", .enterprise),
        ],
        policy: SharingPolicy())

    static func identity(_ section: SectionName = "health") throws -> LedgerIdentity {
        LedgerIdentity(consortium: try record.digest(), section: section)
    }

    static func party(
        _ name: PartyName, _ role: Role, _ section: SectionName? = nil, superior: PartyName? = nil
    ) -> Party {
        Party(
            name: name, role: role, section: section, area: nil, superior: superior,
            signingKey: key("sign \(name)"), cosigningKey: role == .department ? key("cosign \(name)") : nil,
            sealingKey: Data(digest("seal \(name)").bytes))
    }

    /// The Ed25519 public key of a secret that is hashed from `text`.
    static func key(_ text: String) -> Data {
        do {
            return try SigningKey(ed25519Secret: digest(text).bytes).verificationKey.rawRepresentation
        } catch {
            preconditionFailure("32 bytes are a seed: \(error)")
        }
    }

    /// The same parties, changed, under a policy that may be changed too.
    static func record(
        name: String = "demo", sections: [SectionName] = ["health", "tax"], policy: SharingPolicy = SharingPolicy(),
        changing change: (Party) -> Party?
    ) -> FoundingRecord {
        FoundingRecord(
            name: name, founded: record.founded, sections: sections, parties: record.parties.compactMap(change),
            policy: policy)
    }
}

/// A Paillier key of 256 bits with its proof, from two safe primes.
enum PoolKey {
    static let small: (modulus: Data, proof: NthRootProof) = {
        do {
            let (p, q) = ("299263228126033083607879777347364615739", "274827290528947796312826049844426278763")
            guard let p = BigInteger(p), let q = BigInteger(q) else { preconditionFailure("not numbers") }
            let key = try PrivateKey(insecurePForTesting: p, q: q)
            return (Data(key.publicKey.modulusBytes), try key.proveModulus())
        } catch {
            preconditionFailure("the primes are safe primes of one length: \(error)")
        }
    }()

    static var fingerprint: Digest { Digest.sha256(small.modulus) }
}
