extension KeyVaultError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .vaultMissing(let path): "\(path) holds no key vault"
        case .vaultExists(let path): "\(path) holds a key vault already; its keys are not overwritten"
        case .wrongPassphrase(let path): "the passphrase does not open \(path)"
        case .malformedVault(let path, let fault): "\(path) is not usable: \(fault); restore it from a backup"
        case .secretMissing(let name, let path): "the key vault has no secret '\(name)' (\(path))"
        case .secretDamaged(let name, let path):
            "the secret '\(name)' was altered, or is of another vault (\(path)); restore it from a backup"
        case .secretTooLarge(let name, let byteCount, let limit):
            "the secret '\(name)' has \(byteCount) bytes, more than the \(limit) that a vault takes"
        case .emptyPassphrase(let origin): "the passphrase\(origin) is empty; choose one that cannot be guessed"
        case .passphraseTooLong(let origin, let limit): "the passphrase\(origin) has more than \(limit) bytes"
        case .passphrasesDiffer: "the two passphrases are not the same; nothing was changed"
        case .passphraseCancelled: "no passphrase was given; nothing was changed"
        case .noPassphrase:
            "a passphrase is needed, and there is no terminal to ask at: set CHANCERY_PASSPHRASE_FILE or "
                + "CHANCERY_PASSPHRASE"
        }
    }
}

extension VaultFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notCanonical: "it is not in the form that this program writes"
        case .unsupportedVersion(let version): "its version is \(version), and only version 1 is read"
        case .unsupportedDerivation(let name): "it derives keys with '\(name)', and only scrypt is read"
        case .costOutOfBounds: "its scrypt cost is out of bounds (at most 1 GiB of memory)"
        case .byteCount(let name): "its member '\(name)' has the wrong length"
        }
    }
}

extension PassphraseOrigin: CustomStringConvertible {
    package var description: String {
        switch self {
        case .environment: " in CHANCERY_PASSPHRASE"
        case .file(let path): " in \(path)"
        case .terminal, .caller: ""
        }
    }
}

extension PassphraseWarning: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exposedFile(let path, let permissions):
            "the passphrase file \(path) can be read by others (mode \(String(permissions, radix: 8))); "
                + "run 'chmod 600 \(path)'"
        }
    }
}
