import DurableFiles
import Foundation
package import SharingModel

/// Where a party's passphrase comes from; never from an argument, which others could see.
///
/// In this order: `CHANCERY_PASSPHRASE`; `CHANCERY_PASSPHRASE_FILE`, a file or pipe, or a directory that holds one file
/// a party, named as the party; a prompt at the terminal. A passphrase is bytes, not normalised: 1 to 4,096 of them.
/// Of a file, one newline at the end does not count. There is no rule for how good it has to be, only that it is not
/// empty: scrypt makes a guess cost half a second, and the rest is up to who chooses.
package struct PassphraseSource: Sendable {
    package static let maximumByteCount = 4096

    private let environment: [String: String]
    private let terminal: any PassphrasePrompt
    private let warn: @Sendable (PassphraseWarning) -> Void

    /// - Parameter warn: is told of what a person should mend; it is for standard error.
    package init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        terminal: any PassphrasePrompt = TerminalPrompt(),
        warn: @escaping @Sendable (PassphraseWarning) -> Void
    ) {
        self.environment = environment
        self.terminal = terminal
        self.warn = warn
    }

    /// The passphrase of `party`.
    /// - Parameter creating: whether it is a new one, which a person at the terminal then types twice.
    /// - Throws: ``KeyVaultError/noPassphrase``, ``KeyVaultError/emptyPassphrase(_:)``,
    ///   ``KeyVaultError/passphraseTooLong(_:limit:)``, ``KeyVaultError/passphrasesDiffer``,
    ///   ``KeyVaultError/passphraseCancelled``, or `FileFailure` of the file that the variable names.
    package func passphrase(for party: PartyName, creating: Bool = false) throws -> SecretBytes {
        if let text = environment["CHANCERY_PASSPHRASE"] {
            var bytes = Array(text.utf8)
            return try checked(SecretBytes(wiping: &bytes), .environment)
        }
        if let path = environment["CHANCERY_PASSPHRASE_FILE"] {
            return try read(path, party: party)
        }
        let first = try checked(terminal.ask("Passphrase of \(party): "), .terminal)
        if creating {
            guard try terminal.ask("The same again: ").matches(first) else { throw KeyVaultError.passphrasesDiffer }
        }
        return first
    }

    private func read(_ path: String, party: PartyName) throws -> SecretBytes {
        var isDirectory: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        let file = try SequentialFile(isDirectory.boolValue ? path + "/" + party.text : path)
        let permissions = try file.permissions()
        // Mounted secrets of containers often look like this, so it is no reason to stop.
        if permissions & 0o077 != 0 { warn(.exposedFile(path: file.path, permissions: Int(permissions))) }

        var length = 0
        let whole = try SecretBytes(count: PassphraseSource.maximumByteCount + 3) { buffer in
            while length < buffer.count {
                let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[length...]))
                if count == 0 { break }
                length += count
            }
        }
        let passphrase = whole.withUnsafeBytes { bytes in
            var bytes = bytes[..<length]
            if bytes.last == UInt8(ascii: "\n") {
                bytes = bytes.dropLast()
                if bytes.last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
            }
            return SecretBytes(copying: UnsafeRawBufferPointer(rebasing: bytes))
        }
        return try checked(passphrase, .file(path: file.path))
    }

    private func checked(_ passphrase: SecretBytes, _ origin: PassphraseOrigin) throws -> SecretBytes {
        guard passphrase.count > 0 else { throw KeyVaultError.emptyPassphrase(origin) }
        guard passphrase.count <= PassphraseSource.maximumByteCount else {
            throw KeyVaultError.passphraseTooLong(origin, limit: PassphraseSource.maximumByteCount)
        }
        return passphrase
    }
}

/// What a person should mend, though it is no reason to stop.
package enum PassphraseWarning: Hashable, Sendable {
    /// Group or others have rights to the passphrase file.
    case exposedFile(path: String, permissions: Int)
}

/// Asks a person for a secret.
package protocol PassphrasePrompt: Sendable {
    /// Shows `question` and reads a line that is not shown.
    func ask(_ question: String) throws -> SecretBytes
}
