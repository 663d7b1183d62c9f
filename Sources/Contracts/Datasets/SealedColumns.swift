package import SharingModel

/// The sealed columns of a dataset, and the key that opens them.
package struct SealedColumns: Codable, Hashable, Sendable {
    /// Sorted.
    package let columns: [String]
    /// Of the publisher's key for fields, which the manifest names too.
    package let keyFingerprint: Digest

    package init(columns: [String], keyFingerprint: Digest) {
        self.columns = columns.sortedBytewise()
        self.keyFingerprint = keyFingerprint
    }
}
