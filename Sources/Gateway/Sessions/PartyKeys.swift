import Foundation
package import KeyVault
import Ledger
import SealedTables
import SharingModel
package import SignedEnvelopes

/// The keys of one party, before they are in its vault.
struct PartyKeys {
    let signing: SigningKey
    /// Departments only.
    let cosigning: SigningKey?
    let unsealing: UnsealingKey

    static func generate(for role: Role) -> PartyKeys {
        PartyKeys(
            signing: .generate(), cosigning: role == .department ? .generate() : nil, unsealing: .generate())
    }

    func store(in vault: KeyVault) throws {
        try vault.store(.signing, exporting: signing.exportSecretForVault())
        if let cosigning { try vault.store(.cosigning, exporting: cosigning.exportSecretForVault()) }
        try vault.store(.unsealing, exporting: unsealing.exportSecretForVault())
    }
}

extension SecretName {
    static let signing: SecretName = "signing"
    static let cosigning: SecretName = "cosigning"
    static let unsealing: SecretName = "unsealing"
    static let pseudonyms: SecretName = "pseudonyms"

    static func poolKey(_ pool: PoolName) -> SecretName? { SecretName("pool.\(pool)") }
}

extension PartyHome {
    /// By which this party shows over TLS who it is.
    func identity(_ key: SigningKey) -> TransportIdentity {
        TransportIdentity(party: party.name, consortium: consortium.digest, key: key)
    }

    /// The same, with the key from this party's vault.
    package func identity(passphrase: SecretBytes) throws -> TransportIdentity {
        identity(try KeyVault(directory: vaultDirectory, passphrase: passphrase).signingKey())
    }
}

extension KeyVault {
    /// Stores `secret` and wipes the bytes that came in.
    func store(_ name: SecretName, exporting secret: Data) throws {
        var secret = secret
        try store(name, SecretBytes(wiping: &secret))
    }

    func signingKey() throws -> SigningKey {
        try load(.signing).withUnsafeBytes { try SigningKey(ed25519Secret: $0) }
    }

    func unsealingKey() throws -> UnsealingKey {
        try load(.unsealing).withUnsafeBytes { try UnsealingKey(x25519Secret: $0) }
    }

    /// - Returns: `nil` for a party that cosigns nothing.
    func cosigner(of party: Party, in consortium: Digest) throws -> Cosigner? {
        guard party.cosigningKey != nil else { return nil }
        return try load(.cosigning).withUnsafeBytes {
            try Cosigner(party: party.name, secret: $0, consortium: consortium)
        }
    }

    /// The department's own pseudonym key; drawn at its first use.
    func pseudonymKey() throws -> PseudonymKey {
        if try !names().contains(.pseudonyms) {
            var generator = SystemRandomNumberGenerator()
            var bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
            try store(.pseudonyms, SecretBytes(wiping: &bytes))
        }
        return try load(.pseudonyms).withUnsafeBytes { try PseudonymKey(bytes: $0) }
    }
}
