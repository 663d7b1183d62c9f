import Foundation

/// How much a walk over links may take, so that a hostile file cannot fill the memory.
package struct DAGLimits: Hashable, Sendable {
    /// Distinct blocks, and links waiting to be followed: some 150 bytes of memory each.
    package let blockCount: Int

    package init(blockCount: Int) {
        self.blockCount = blockCount
    }

    /// 262,144 blocks: 256 GiB in full shards.
    package static let standard = DAGLimits(blockCount: 1 << 18)
}

extension BlobStore {
    /// Visits every block that can be reached from `roots`, depth first, links in the order of the text, each once.
    ///
    /// One block is in memory at a time. The order depends on the content alone.
    /// - Throws: ``BlobStoreError/blockMissing(_:)``, ``BlobStoreError/blockDamaged(_:path:)``,
    ///   ``BlobStoreError/malformedDAGJSON(_:fault:)``, ``BlobStoreError/tooManyBlocks(limit:)``, or what `visit` does.
    package func walk(
        from roots: [CID], limits: DAGLimits = .standard, visit: (Block) throws -> Void
    ) throws {
        var visited = Set<CID>()
        var waiting = Array(roots.reversed())
        while let cid = waiting.popLast() {
            guard visited.insert(cid).inserted else { continue }
            let block = try get(cid)
            try visit(block)
            waiting.append(contentsOf: try DAGJSON.links(in: block).reversed().filter { !visited.contains($0) })
            guard visited.count + waiting.count <= limits.blockCount else {
                throw BlobStoreError.tooManyBlocks(limit: limits.blockCount)
            }
        }
    }
}
