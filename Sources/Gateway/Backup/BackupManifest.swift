package import SharingModel

/// The first file of a backup: what follows it, in order.
package struct BackupManifest: Codable, Hashable, Sendable {
    package let consortium: Digest
    package let created: Timestamp
    /// In the order of the archive.
    package let files: [File]
    /// `chancery-backup`.
    package let format: String
    package let party: PartyName
    package let version: Int

    package struct File: Codable, Hashable, Sendable {
        package let bytes: Int
        /// Relative to the home.
        package let path: String
        package let sha256: Digest

        package init(path: String, bytes: Int, sha256: Digest) {
            (self.path, self.bytes, self.sha256) = (path, bytes, sha256)
        }
    }

    static let formatName = "chancery-backup"
    static let currentVersion = 1
    /// About half a million files.
    static let largestByteCount = 96 << 20
    static let path = "MANIFEST.json"
    /// The last file: the SHA-256 of all bytes before it, in hexadecimal.
    static let sealPath = "SHA256"

    init(consortium: Digest, party: PartyName, created: Timestamp, files: [File]) {
        (self.consortium, self.party, self.created, self.files) = (consortium, party, created, files)
        (format, version) = (BackupManifest.formatName, BackupManifest.currentVersion)
    }
}
