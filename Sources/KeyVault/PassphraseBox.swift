import Crypto
package import Foundation

/// One secret encrypted under a passphrase, to stand as JSON in a file of its own: for keys that travel, where a vault
/// would be too much.
///
/// Describes itself: derivation and its cost, salt, cipher. All of that, and what the caller associates, is bound into
/// the ciphertext.
package struct PassphraseBox: Codable, Hashable, Sendable {
    private let cipher: String
    private let cost: ScryptCost
    private let derivation: String
    /// 32 random bytes.
    private let salt: Data
    /// AES-256-GCM: 12 bytes of nonce, the encrypted secret, 16 bytes of tag.
    private let sealed: Data

    private static let cipherName = "AES-256-GCM"
    private static let derivationName = "scrypt"

    /// Encrypts `secret`.
    ///
    /// - Parameter associated: bytes that stand beside the box in the clear and must not change.
    /// - Throws: ``KeyVaultError/emptyPassphrase(_:)``.
    package init(
        sealing secret: SecretBytes, passphrase: SecretBytes, associated: Data, cost: ScryptCost = .standard
    ) throws {
        guard passphrase.count > 0 else { throw KeyVaultError.emptyPassphrase(.caller) }
        cipher = PassphraseBox.cipherName
        derivation = PassphraseBox.derivationName
        self.cost = cost
        let salt = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        self.salt = salt
        let key = try cost.deriveKey(from: passphrase, salt: salt)
        let bound = PassphraseBox.bound(cost: cost, salt: salt, associated: associated)
        sealed = try secret.withUnsafeData {
            try AES.GCM.seal($0, using: key, authenticating: bound).combined ?? Data()
        }
    }

    /// Decrypts.
    ///
    /// - Parameters:
    ///   - associated: as it was when sealed.
    ///   - path: the file that the box stands in, for messages.
    /// - Throws: ``KeyVaultError/wrongPassphrase(path:)``, also where anything was altered: which, cannot be told.
    ///   ``KeyVaultError/malformedVault(path:fault:)`` where the box is not of a form that this version writes.
    package func open(passphrase: SecretBytes, associated: Data, path: String) throws -> SecretBytes {
        if let fault { throw KeyVaultError.malformedVault(path: path, fault: fault) }
        guard passphrase.count > 0 else { throw KeyVaultError.wrongPassphrase(path: path) }
        let key = try cost.deriveKey(from: passphrase, salt: salt)
        let bound = PassphraseBox.bound(cost: cost, salt: salt, associated: associated)
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            var secret = try? AES.GCM.open(box, using: key, authenticating: bound)
        else { throw KeyVaultError.wrongPassphrase(path: path) }
        return SecretBytes(wiping: &secret)
    }

    private var fault: VaultFault? {
        if derivation != PassphraseBox.derivationName { return .unsupportedDerivation(derivation) }
        if cipher != PassphraseBox.cipherName { return .unsupportedDerivation(cipher) }
        if !cost.isWithinBounds { return .costOutOfBounds }
        if salt.count != 32 { return .byteCount(of: "salt") }
        return nil
    }

    /// Cost and salt have fixed places before the associated bytes, so that no two boxes bind the same.
    private static func bound(cost: ScryptCost, salt: Data, associated: Data) -> Data {
        let header = "chancery passphrase box v1 scrypt \(cost.logN) \(cost.r) \(cost.p) AES-256-GCM\n"
        return Data(header.utf8) + salt + associated
    }
}
