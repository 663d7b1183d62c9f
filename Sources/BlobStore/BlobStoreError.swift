package import CanonicalJSON

/// What goes wrong with blobs, CIDs and CAR files.
///
/// Failures of the file system itself come as `FileFailure`.
package enum BlobStoreError: Error, Hashable, Sendable {
    /// `text` is what was read, cut to 80 characters.
    case malformedCID(text: String, fault: CIDFault)
    case blockTooLarge(byteCount: Int, limit: Int)
    /// Bytes were offered under a CID that is not theirs.
    case hashMismatch(CID)
    case blockMissing(CID)
    /// What is stored at `path` is not what the CID names.
    case blockDamaged(CID, path: String)
    case malformedDAGJSON(CID, fault: DAGJSONFault)
    /// `offset` in bytes from the file's start.
    case malformedCAR(offset: Int, fault: CARFault)
    /// A CAR file needs at least one root, and its header has room for so many.
    case roots(count: Int, limit: Int)
    case tooManyBlocks(limit: Int)
}

/// Why bytes or text are no CID that is accepted here.
package enum CIDFault: Error, Hashable, Sendable {
    case unsupportedVersion(UInt64)
    case unsupportedCodec(UInt64)
    case unsupportedHash(UInt64)
    case digestByteCount(UInt64)
    case unsupportedBase
    /// The offending byte of the text.
    case notBase32(UInt8)
    case notCanonicalBase32
    case malformedVarint
    case truncated
    case trailingBytes(Int)
    case tooLong(Int)
}

/// Why a block is no dag-json that is accepted here.
package enum DAGJSONFault: Error, Hashable, Sendable {
    case json(CanonicalJSONError)
    /// An object uses the name `/` for anything but a link or bytes.
    case reservedMember
    /// `text` is what stands in the link's place, cut to 80 characters.
    case link(text: String, fault: CIDFault)
    /// Not base64 without padding.
    case bytes
}
