package import Foundation

/// Blocks by their content.
///
/// Safe to call concurrently, from several processes too where the store is shared. A block never changes and is
/// never half there: ``put(_:)`` returns when it is durable, and every read is checked against the CID.
package protocol BlobStore: Sendable {
    /// Stores a block. It is durable on return. Storing again changes nothing, but repairs a damaged copy.
    func put(_ block: Block) throws

    /// - Throws: ``BlobStoreError/blockMissing(_:)``, or ``BlobStoreError/blockDamaged(_:path:)`` where what is
    ///   stored no longer has the hash.
    func get(_ cid: CID) throws -> Block

    /// The stored size in bytes, or `nil` where the block is absent. The content is not checked.
    func size(of cid: CID) throws -> Int?

    /// All blocks, sorted by text.
    func cids() throws -> [CID]
}

extension BlobStore {
    /// Stores `data` as a block of `codec`.
    /// - Throws: ``BlobStoreError/blockTooLarge(byteCount:limit:)`` above ``Block/maximumByteCount``.
    @discardableResult
    package func put(_ data: Data, codec: CID.Codec) throws -> CID {
        let block = try Block(data, codec: codec)
        try put(block)
        return block.cid
    }

    /// Whether the block is there, its content unchecked.
    package func contains(_ cid: CID) throws -> Bool {
        try size(of: cid) != nil
    }
}
