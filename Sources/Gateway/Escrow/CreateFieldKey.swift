package import Contracts
import Foundation
import KeyVault
package import Ledger
import Multiprecision
package import Paillier
import SharingModel

/// `escrow key`: a department draws its Paillier key for fields, keeps the private part in its vault, and registers the
/// public part with its proof. The key encrypts the keys of sealed cells and nothing else.
package struct CreateFieldKey {
    package typealias Progress = @Sendable (PrivateKey.GenerationProgress) -> Void

    package let bitCount: Int
    private let draw: @Sendable (Int, @escaping Progress) throws -> PrivateKey

    /// - Parameters:
    ///   - bitCount: Bits of the modulus, 2048 at the least; 3072 for 128-bit security.
    ///   - draw: Where the key comes from; anything but the search is for tests.
    package init(
        bitCount: Int = 3_072,
        draw: @escaping @Sendable (Int, @escaping Progress) throws -> PrivateKey = {
            try PrivateKey.generate(bitCount: $0, progress: $1)
        }
    ) {
        self.bitCount = bitCount
        self.draw = draw
    }

    /// - Parameter progress: Told now and then while safe primes are searched.
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where there is a key already.
    package func run(as session: PartySession, progress: @escaping Progress = { _ in }) async throws -> Receipt {
        if try session.state({ try $0.fieldKey(of: session.party) }) != nil {
            throw GatewayError.notAllowed(
                reason: "\(session.party) has a key for fields already", wayOn: "`chancery escrow list` shows it")
        }
        let key = try await privateKey(in: session.vault, progress: progress)
        return try await session.submit(
            RegisterFieldKey(modulus: Data(key.publicKey.modulusBytes), keyProof: key.proveModulus()))
    }

    /// The key of a command that was killed before the ledger had it, or a new one; in the vault before anybody learns
    /// the public part.
    private func privateKey(in vault: KeyVault, progress: @escaping Progress) async throws -> PrivateKey {
        if try vault.names().contains(.fields) {
            let key = try vault.fieldKey()
            if key.publicKey.bitCount == bitCount { return key }
        }
        let key = try draw(bitCount, progress)
        try vault.store(.fields, key.withSerialized { SecretBytes(copying: $0) })
        return key
    }
}

extension SecretName {
    static let fields: SecretName = "fields"

    /// The share that a deposit, or its renewal, gave this party.
    static func escrowShare(_ deposit: Digest) -> SecretName? {
        SecretName("\(escrowPrefix)\(deposit.hex.prefix(32))")
    }

    static let escrowPrefix = "escrow."
}

extension KeyVault {
    /// - Throws: `KeyVaultError.secretMissing` where this party has none.
    func fieldKey() throws -> PrivateKey {
        try load(.fields).withUnsafeBytes { try PrivateKey(serialized: $0) }
    }
}

extension FieldKeyRecord {
    /// Its proof was verified when it was registered, by everyone who executed that block.
    package func publicKey() throws -> PublicKey {
        try PublicKey(modulus: BigInteger(bigEndianBytes: Array(modulus)))
    }
}
