import Foundation
package import KeyVault
import Ledger
import SealedTables
import SharingModel
package import SignedEnvelopes
import TransparencyLog

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

    /// With the section: pools of two sections may have one name.
    static func poolKey(_ pool: PoolName, in section: SectionName) -> SecretName? {
        SecretName("pool.\(pool).\(section)")
    }
}

extension PartyHome {
    /// By which this party shows over TLS who it is.
    func identity(_ key: SigningKey) -> TransportIdentity {
        TransportIdentity(party: party.name, consortium: consortium.digest, key: key)
    }

    /// The same, with the newest key of this party's vault: for who cannot read a ledger that says which one counts.
    package func identity(passphrase: SecretBytes) throws -> TransportIdentity {
        guard let key = try KeyVault(directory: vaultDirectory, passphrase: passphrase).signingKeys().last else {
            throw GatewayError.keyMissing(name: "signing", party: party.name)
        }
        return identity(key)
    }
}

extension [SigningKey] {
    /// The one whose public half a party's record names.
    func current(as party: Party) throws -> SigningKey {
        guard let key = first(where: { $0.verificationKey.rawRepresentation == party.signingKey }) else {
            throw GatewayError.keyMissing(name: "signing", party: party.name)
        }
        return key
    }
}

extension KeyVault {
    /// Stores `secret` and wipes the bytes that came in.
    func store(_ name: SecretName, exporting secret: Data) throws {
        var secret = secret
        try store(name, SecretBytes(wiping: &secret))
    }

    /// All signing keys that the party ever had: the registry says which one counts.
    package func signingKeys() throws -> [SigningKey] {
        try all(.signing).map { try $0.withUnsafeBytes { try SigningKey(ed25519Secret: $0) } }
    }

    /// The secrets of one use: `NAME`, then `NAME.2`, `NAME.3` …, as they were made.
    private func all(_ name: SecretName) throws -> [SecretBytes] {
        let known = Set(try names())
        var (secrets, next) = ([SecretBytes](), Optional(name))
        while let current = next, known.contains(current) {
            secrets.append(try load(current))
            next = SecretName("\(name).\(secrets.count + 1)")
        }
        return secrets
    }

    /// Stores a key beside those that are there for its use.
    func storeNext(_ name: SecretName, exporting secret: Data) throws {
        let count = try all(name).count
        guard let next = count == 0 ? name : SecretName("\(name).\(count + 1)") else { return }
        try store(next, exporting: secret)
    }

    func unsealingKey() throws -> UnsealingKey {
        try load(.unsealing).withUnsafeBytes { try UnsealingKey(x25519Secret: $0) }
    }

    /// - Returns: `nil` for a party that cosigns nothing.
    func cosigner(of party: Party, in consortium: Digest) throws -> Cosigner? {
        guard party.cosigningKey != nil else { return nil }
        let name = Cosigner.keyName(of: party.name, consortium)
        return Cosigner(
            party: party.name,
            keys: try all(.cosigning).map { try $0.withUnsafeBytes { try CosigningKey(name: name, secret: $0) } })
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
