package import Foundation
import Multiprecision
package import Paillier
package import SharingModel

/// `pool.create`: departments join under one Paillier key. Signed by the custodian, who holds the private key, or has
/// dealt it in shares.
package struct CreatePool: TransactionBody {
    package static let kind = TransactionKind.createPool
    package let name: PoolName
    /// Departments of the section that may publish into the pool, sorted.
    package let members: [PartyName]
    /// The modulus n, big-endian without leading zeros.
    package let modulus: Data
    /// That n-th roots exist for hash-derived values: gcd(n, φ(n)) = 1.
    package let keyProof: NthRootProof
    /// How encryptors draw their randomness.
    package let randomness: RandomnessForm
    /// Largest Σ of weights that a plan may apply to one slot, in bits; 1 to 64.
    package let weightCapacityBits: Int
    /// Where the key is in shares: what its dealer publishes. The pool is then in force when all holders have
    /// acknowledged.
    package let sharing: SharedKey?

    package init(
        name: PoolName, members: [PartyName], modulus: Data, keyProof: NthRootProof, randomness: RandomnessForm = .half,
        weightCapacityBits: Int = 32, sharing: SharedKey? = nil
    ) {
        self.name = name
        self.members = members.sorted()
        self.modulus = modulus
        self.keyProof = keyProof
        self.randomness = randomness
        self.weightCapacityBits = weightCapacityBits
        self.sharing = sharing
    }
}

/// The exponent α of the encryption's randomness h_s^α.
package enum RandomnessForm: String, Codable, Hashable, Sendable, CaseIterable {
    /// α uniform of ⌈|n|/2⌉ bits (Damgård, Jurik, Nielsen).
    case half
    /// α of 512 bits: a further assumption, see docs/paillier.md.
    case short
    /// rⁿ with r uniform, as Paillier has it.
    case textbook
}
