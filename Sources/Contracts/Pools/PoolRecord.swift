package import Foundation
package import Paillier
package import SharingModel

/// A pool: whose data can be combined, under which key.
package struct PoolRecord: Codable, Hashable, Sendable {
    package let name: PoolName
    /// Holds the private key and opens results; where the key is in shares, who dealt them.
    package let custodian: PartyName
    /// Sorted.
    package let members: [PartyName]
    /// The modulus n, big-endian without leading zeros.
    package let modulus: Data
    /// SHA-256 of `modulus`.
    package let keyFingerprint: Digest
    /// Verified when the pool was created; kept so that evidence can carry it.
    package let keyProof: NthRootProof
    package let randomness: RandomnessForm
    package let weightCapacityBits: Int
    package let createdAt: Timestamp
    /// `nil` where the custodian holds the whole key.
    package let sharing: PoolSharing?

    /// Whether data may be published under the key.
    package var isInForce: Bool { sharing.map { $0.isAcknowledged && $0.complaint == nil } ?? true }

    func with(_ sharing: PoolSharing) -> PoolRecord {
        PoolRecord(
            name: name, custodian: custodian, members: members, modulus: modulus, keyFingerprint: keyFingerprint,
            keyProof: keyProof, randomness: randomness, weightCapacityBits: weightCapacityBits, createdAt: createdAt,
            sharing: sharing)
    }
}
