import Crypto
import DurableFiles
import Foundation

/// `vault.json`: the master key, wrapped under the passphrase.
///
/// JSON with sorted members and nothing else, so that a file has one form. `derivation` and `salt` are bound into the
/// wrapped key as associated data.
struct VaultHeader: Codable {
    struct Derivation: Codable {
        let name: String
        let cost: ScryptCost
        /// 32 random bytes.
        let salt: Data
    }

    let version: Int
    let derivation: Derivation
    /// AES-256-GCM: 12 bytes of nonce, the 32-byte master key encrypted, 16 bytes of tag.
    let masterKey: Data

    private static let limit = 4096

    static func path(in directory: String) -> String { directory + "/vault.json" }

    init(wrapping key: SymmetricKey, passphrase: SecretBytes, cost: ScryptCost) throws {
        guard passphrase.count > 0 else { throw KeyVaultError.emptyPassphrase(.caller) }
        version = 1
        let salt = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let derivation = Derivation(name: "scrypt", cost: cost, salt: salt)
        let wrapping = try cost.deriveKey(from: passphrase, salt: salt)
        self.derivation = derivation
        masterKey = try key.withUnsafeBytes { bytes in
            try AES.GCM.seal(
                Data(borrowing: bytes), using: wrapping, authenticating: try VaultHeader.canonical(derivation)
            ).combined ?? Data()
        }
    }

    func unwrap(_ passphrase: SecretBytes, path directory: String) throws -> SymmetricKey {
        let wrong = KeyVaultError.wrongPassphrase(path: VaultHeader.path(in: directory))
        // No vault is ever made under an empty passphrase.
        guard passphrase.count > 0 else { throw wrong }
        let wrapping = try derivation.cost.deriveKey(from: passphrase, salt: derivation.salt)
        let associated = try VaultHeader.canonical(derivation)
        guard let box = try? AES.GCM.SealedBox(combined: masterKey),
            var key = try? AES.GCM.open(box, using: wrapping, authenticating: associated)
        else { throw wrong }
        defer { key.withUnsafeMutableBytes { wipe($0) } }
        return SymmetricKey(data: key)
    }

    static func read(from directory: String) throws -> VaultHeader {
        let path = path(in: directory)
        guard let file = try OpenedFile.open(path, limit: limit) else {
            throw KeyVaultError.vaultMissing(path: directory)
        }
        let bytes = try file.contents()
        guard let header = try? JSONDecoder().decode(VaultHeader.self, from: bytes), try canonical(header) == bytes
        else { throw KeyVaultError.malformedVault(path: path, fault: .notCanonical) }
        if let fault = header.fault { throw KeyVaultError.malformedVault(path: path, fault: fault) }
        return header
    }

    func write(to directory: String, replacing: Bool) throws {
        let path = VaultHeader.path(in: directory)
        let written = try AtomicFile.write(
            VaultHeader.canonical(self), to: path, temporariesIn: directory, permissions: 0o600, replacing: replacing)
        guard written else { throw KeyVaultError.vaultExists(path: directory) }
    }

    private var fault: VaultFault? {
        if version != 1 { return .unsupportedVersion(version) }
        if derivation.name != "scrypt" { return .unsupportedDerivation(derivation.name) }
        if !derivation.cost.isWithinBounds { return .costOutOfBounds }
        if derivation.salt.count != 32 { return .byteCount(of: "salt") }
        if masterKey.count != 12 + 32 + 16 { return .byteCount(of: "masterKey") }
        return nil
    }

    private static func canonical(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }
}
