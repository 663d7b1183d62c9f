import Foundation
import Synchronization

/// Blocks in memory, for checking evidence without a home, and for tests. Nothing is durable.
package final class MemoryBlobStore: BlobStore {
    private let blocks = Mutex<[CID: Block]>([:])

    package init() {}

    package func put(_ block: Block) throws {
        blocks.withLock { $0[block.cid] = block }
    }

    package func get(_ cid: CID) throws -> Block {
        guard let block = blocks.withLock({ $0[cid] }) else { throw BlobStoreError.blockMissing(cid) }
        return block
    }

    package func size(of cid: CID) throws -> Int? {
        blocks.withLock { $0[cid]?.data.count }
    }

    package func cids() throws -> [CID] {
        blocks.withLock { Array($0.keys) }.sorted()
    }
}
