/// What goes wrong with a vault. Failures of the file system itself come as `FileFailure`.
package enum KeyVaultError: Error, Hashable, Sendable {
    case vaultMissing(path: String)
    case vaultExists(path: String)
    /// The passphrase is wrong, or `vault.json` was changed: which, cannot be told.
    case wrongPassphrase(path: String)
    /// `vault.json` is not one that this version writes.
    case malformedVault(path: String, fault: VaultFault)
    case secretMissing(String, path: String)
    /// The file was changed, or belongs to another vault or name.
    case secretDamaged(String, path: String)
    case secretTooLarge(String, byteCount: Int, limit: Int)
    case emptyPassphrase(PassphraseOrigin)
    case passphraseTooLong(PassphraseOrigin, limit: Int)
    case passphrasesDiffer
    case passphraseCancelled
    /// There is no terminal to ask at, and neither variable is set.
    case noPassphrase
}

/// What is wrong in `vault.json`.
package enum VaultFault: Hashable, Sendable {
    case notCanonical
    case unsupportedVersion(Int)
    case unsupportedDerivation(String)
    case costOutOfBounds
    case byteCount(of: String)
}

/// Where a passphrase came from.
package enum PassphraseOrigin: Hashable, Sendable {
    case environment
    case file(path: String)
    case terminal
    case caller
}
