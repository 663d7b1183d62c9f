package import Foundation
package import Paillier
package import SharingModel

/// A pool: whose data can be combined, under which key.
package struct PoolRecord: Codable, Hashable, Sendable {
    package let name: PoolName
    /// Holds the private key and opens results.
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
}
