import CanonicalJSON
package import Foundation
package import SharingModel

/// A founding record together with the digest of its bytes, which is what everybody compares.
package struct PinnedConsortium: Sendable {
    package let record: FoundingRecord
    /// SHA-256 of the record's canonical JSON.
    package let digest: Digest

    package init(record: FoundingRecord) throws {
        self.record = record
        digest = Digest.sha256(try CanonicalJSON.encode(record))
    }

    /// - Throws: ``GatewayError/unreadable(path:problem:)``; ``GatewayError/damagedHome(path:problem:)`` unless `file`
    ///   holds canonical JSON of a founding record.
    package init(file: URL) throws {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: file)
        } catch {
            let isThere = FileManager.default.fileExists(atPath: file.path)
            throw GatewayError.unreadable(
                path: file.path, problem: isThere ? "it cannot be read" : "there is no such file")
        }
        do {
            try self.init(record: CanonicalJSON.decode(FoundingRecord.self, from: bytes))
        } catch {
            throw GatewayError.damagedHome(path: file.path, problem: "\(error)")
        }
    }
}
