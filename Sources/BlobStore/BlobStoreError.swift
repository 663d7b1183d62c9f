/// What goes wrong with blobs, CIDs and CAR files.
///
/// Failures of the file system itself come as ``FileFailure``.
package enum BlobStoreError: Error, Hashable, Sendable {
    /// `text` is what was read, cut to 80 characters.
    case malformedCID(text: String, fault: CIDFault)
    case blockTooLarge(byteCount: Int, limit: Int)
    /// Bytes were offered under a CID that is not theirs.
    case hashMismatch(CID)
    case blockMissing(CID)
    /// What is stored at `path` is not what the CID names.
    case blockDamaged(CID, path: String)
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
