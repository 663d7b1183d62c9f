package import Contracts
import Foundation
import KeyVault
package import Ledger
import Multiprecision
package import Paillier
package import SharingModel

/// `pool create`: the custodian draws a Paillier key, keeps the private part in its vault, and registers the public
/// part with its proof on the ledger.
///
/// In this form one custodian holds the whole key: it can decrypt rows in silence, which is why `README.md` says so.
package struct CreatePoolKey {
    package let pool: PoolName
    package let members: [PartyName]
    package let custodian: PartyName
    package let bitCount: Int
    /// What the members' encryptions rest on; on the ledger, so that all draw theirs alike.
    package let randomness: RandomnessForm

    /// - Parameter bitCount: Bits of the modulus, 2048 at the least; 3072 for 128-bit security.
    package init(
        pool: PoolName, members: [PartyName], custodian: PartyName, bitCount: Int = 3_072,
        randomness: RandomnessForm = .half
    ) {
        self.pool = pool
        self.members = members
        self.custodian = custodian
        self.bitCount = bitCount
        self.randomness = randomness
    }

    /// - Parameter progress: Told now and then while safe primes are searched.
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where another party than the custodian asks.
    package func run(
        as session: PartySession, progress: @escaping @Sendable (PrivateKey.GenerationProgress) -> Void = { _ in }
    ) async throws -> Receipt {
        guard session.party == custodian else {
            throw GatewayError.notAllowed(
                reason: "the pool's key is drawn where it stays: in the custodian's own home",
                wayOn: "run this with --as \(custodian)")
        }
        guard let name = SecretName.poolKey(pool) else {
            throw GatewayError.notAllowed(
                reason: "the pool's name is too long", wayOn: "take one of 59 characters at most")
        }
        if try session.state({ try $0.pool(pool) }) != nil {
            throw GatewayError.notAllowed(
                reason: "there is a pool \(pool) already", wayOn: "`chancery catalog` shows it; choose another name")
        }
        let key = try await privateKey(named: name, in: session.vault, progress: progress)
        let proof = try key.proveModulus()
        return try await session.submit(
            CreatePool(
                name: pool, members: members, modulus: Data(key.publicKey.modulusBytes), keyProof: proof,
                randomness: randomness))
    }

    /// The key of a command that was killed before the ledger had the pool, or a new one. It is in the vault before
    /// anybody learns the public part: no ciphertext can exist whose key was lost.
    private func privateKey(
        named name: SecretName, in vault: KeyVault,
        progress: @escaping @Sendable (PrivateKey.GenerationProgress) -> Void
    ) async throws -> PrivateKey {
        if try vault.names().contains(name) {
            let key = try vault.poolKey(pool)
            if key.publicKey.bitCount == bitCount { return key }
        }
        let key = try PrivateKey.generate(bitCount: bitCount, progress: progress)
        try vault.store(name, key.withSerialized { SecretBytes(copying: $0) })
        return key
    }
}

extension KeyVault {
    /// - Throws: `KeyVaultError.secretMissing` where this party is not the pool's custodian.
    func poolKey(_ pool: PoolName) throws -> PrivateKey {
        guard let name = SecretName.poolKey(pool) else { throw KeyVaultError.secretMissing("pool", path: "") }
        return try load(name).withUnsafeBytes { try PrivateKey(serialized: $0) }
    }
}
