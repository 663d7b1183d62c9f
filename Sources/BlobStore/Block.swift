package import Foundation

/// The bytes that a CID names, checked against it: there is no other way to make one.
package struct Block: Hashable, Sendable {
    /// 1 MiB: what IPFS's own tools carry between peers.
    package static let maximumByteCount = 1 << 20

    package let cid: CID
    package let data: Data

    /// Hashes `data` to name it.
    /// - Throws: ``BlobStoreError/blockTooLarge(byteCount:limit:)`` above ``maximumByteCount``.
    package init(_ data: Data, codec: CID.Codec) throws(BlobStoreError) {
        try Block.checkByteCount(data.count)
        self.data = data
        cid = CID(of: data, codec: codec)
    }

    /// Takes `data` for the block that `cid` names, after hashing it.
    /// - Throws: ``BlobStoreError/hashMismatch(_:)``, ``BlobStoreError/blockTooLarge(byteCount:limit:)``.
    package init(_ data: Data, expecting cid: CID) throws(BlobStoreError) {
        try Block.checkByteCount(data.count)
        guard CID(of: data, codec: cid.codec) == cid else { throw .hashMismatch(cid) }
        self.data = data
        self.cid = cid
    }

    static func checkByteCount(_ count: Int) throws(BlobStoreError) {
        guard count <= maximumByteCount else { throw .blockTooLarge(byteCount: count, limit: maximumByteCount) }
    }
}
