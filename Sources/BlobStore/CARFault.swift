/// Why a file is no CARv1 that is accepted here.
package enum CARFault: Error, Hashable, Sendable {
    /// The file has no bytes.
    case empty
    /// The file ends in the middle of a header or section.
    case truncated(missingByteCount: Int)
    case malformedVarint
    /// Only version 1 is read.
    case unsupportedVersion(UInt64)
    /// The header is not canonical dag-cbor of `{roots: [CID…], version: 1}`.
    case malformedHeader
    case headerTooLarge(byteCount: UInt64, limit: Int)
    case noRoots
    /// A section of no bytes: the file was padded, or garbage follows it.
    case emptySection
    case sectionTooLarge(byteCount: UInt64, limit: Int)
    case malformedCID(CIDFault)
    /// The bytes are not those that the section's CID names.
    case hashMismatch(CID)
    /// A root, or a block that is linked to from one, is neither in the file nor in the store.
    case missingBlock(CID)
}
