import Crypto
import DurableFiles
package import Foundation
import SharingModel

/// Secrets on disk, encrypted under one passphrase.
///
/// `vault.json` holds a random master key, wrapped under scrypt of the passphrase; each secret is a file
/// `NAME.sealed` of its own under a key derived from the master key and the name. Files are 0600 in a 0700 directory,
/// and are there whole or not at all. Whoever has the directory but not the passphrase learns names and sizes; may
/// destroy a secret, or put back an older one of the same vault and name, but change none unnoticed.
///
/// Safe to call concurrently, also from several processes: of two writers of one name, the last wins.
package final class KeyVault: Sendable {
    /// The largest secret, in bytes.
    package static let maximumSecretByteCount = 1 << 20

    private let directory: String
    private let masterKey: SymmetricKey

    private init(directory: String, masterKey: SymmetricKey) {
        self.directory = directory
        self.masterKey = masterKey
    }

    /// Opens the vault in `directory`. Takes as long as scrypt does, about half a second.
    /// - Throws: ``KeyVaultError/wrongPassphrase(path:)``, ``KeyVaultError/vaultMissing(path:)``,
    ///   ``KeyVaultError/malformedVault(path:fault:)``, `FileFailure`.
    package convenience init(directory: URL, passphrase: SecretBytes) throws {
        let path = KeyVault.path(of: directory)
        let masterKey = try VaultHeader.read(from: path).unwrap(passphrase, path: path)
        try AtomicFile.removeStaleTemporaries(in: path)
        self.init(directory: path, masterKey: masterKey)
    }

    /// Makes a new vault, and its directory.
    /// - Throws: ``KeyVaultError/vaultExists(path:)``, also where another process made one at the same moment;
    ///   ``KeyVaultError/emptyPassphrase(_:)``, `FileFailure`.
    package convenience init(
        creatingIn directory: URL, passphrase: SecretBytes, cost: ScryptCost = .standard
    ) throws {
        let path = KeyVault.path(of: directory)
        try Directory.create(path, permissions: 0o700)
        // The directory may have been there, open to others.
        try Directory.setPermissions(0o700, of: path)
        let masterKey = SymmetricKey(size: .bits256)
        let header = try VaultHeader(wrapping: masterKey, passphrase: passphrase, cost: cost)
        try header.write(to: path, replacing: false)
        self.init(directory: path, masterKey: masterKey)
    }

    /// Whether `directory` holds a vault.
    package static func exists(in directory: URL) -> Bool {
        FileManager.default.fileExists(atPath: VaultHeader.path(in: path(of: directory)))
    }

    /// Wraps the master key under another passphrase. Only `vault.json` changes, in one step: a crash leaves either
    /// the old passphrase working or the new one. Copies of the old `vault.json` still open under the old passphrase.
    package func changePassphrase(to passphrase: SecretBytes, cost: ScryptCost = .standard) throws {
        try VaultHeader(wrapping: masterKey, passphrase: passphrase, cost: cost).write(to: directory, replacing: true)
    }

    /// Stores `secret` in place of one of the same name. Durable on return.
    package func store(_ name: SecretName, _ secret: SecretBytes) throws {
        guard secret.count <= KeyVault.maximumSecretByteCount else {
            throw KeyVaultError.secretTooLarge(
                name.text, byteCount: secret.count, limit: KeyVault.maximumSecretByteCount)
        }
        let sealed = try SealedSecret.seal(secret, name: name, masterKey: masterKey)
        try AtomicFile.write(sealed, to: path(of: name), temporariesIn: directory, permissions: 0o600)
    }

    /// - Throws: ``KeyVaultError/secretMissing(_:path:)``, ``KeyVaultError/secretDamaged(_:path:)``.
    package func load(_ name: SecretName) throws -> SecretBytes {
        let path = path(of: name)
        let limit = KeyVault.maximumSecretByteCount + SealedSecret.overheadByteCount
        guard let file = try OpenedFile.open(path, limit: limit) else {
            throw KeyVaultError.secretMissing(name.text, path: path)
        }
        guard let secret = SealedSecret.open(try file.contents(), name: name, masterKey: masterKey) else {
            throw KeyVaultError.secretDamaged(name.text, path: path)
        }
        return secret
    }

    /// Takes a secret out of the vault, if it is there. Durable on return; copies of the vault keep it.
    package func remove(_ name: SecretName) throws {
        let path = path(of: name)
        guard unlink(path) == 0 || errno == ENOENT else {
            throw FileFailure.system(.remove, path: path, code: errno)
        }
        try Directory.synchronize(directory)
    }

    /// The secrets' names, sorted.
    package func names() throws -> [SecretName] {
        try Directory.names(in: directory).compactMap { file in
            file.hasSuffix(KeyVault.suffix) ? SecretName(file.dropLast(KeyVault.suffix.count)) : nil
        }
    }

    private static let suffix = ".sealed"

    private func path(of name: SecretName) -> String { directory + "/" + name.text + KeyVault.suffix }

    private static func path(of directory: URL) -> String {
        let path = directory.path(percentEncoded: false)
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
