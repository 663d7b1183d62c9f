package import SharingModel

/// That a leaf stands at an index of a tree (RFC 9162, section 2.1.3).
package struct InclusionProof: Codable, Hashable, Sendable {
    /// From 0.
    package let index: Int
    package let treeSize: Int
    /// The siblings on the way from the leaf to the root.
    package let hashes: [Digest]

    package init(index: Int, treeSize: Int, hashes: [Digest]) {
        self.index = index
        self.treeSize = treeSize
        self.hashes = hashes
    }

    /// Succeeds only if a tree of ``treeSize`` leaves with this root has `leafHash` at ``index``. Any numbers may
    /// stand in the proof: the work is bounded by 64 hashes.
    /// - Throws: ``TransparencyLogError``.
    package func verify(leafHash: Digest, root: Digest) throws(TransparencyLogError) {
        guard (1...TreeHead.largestSize).contains(treeSize) else { throw .sizeOutOfRange(treeSize) }
        guard (0..<treeSize).contains(index) else { throw .indexOutOfRange(index, size: treeSize) }
        guard hashes.count < Int.bitWidth else { throw .wrongProofLength(hashes.count) }
        var node = index
        var last = treeSize - 1
        var hash = leafHash
        for sibling in hashes {
            guard last > 0 else { throw .wrongProofLength(hashes.count) }
            if node & 1 == 1 || node == last {
                hash = MerkleHash.node(sibling, hash)
                // The last node of a level without a right sibling rises unchanged.
                let rises = node == 0 ? 0 : node.trailingZeroBitCount
                node >>= rises
                last >>= rises
            } else {
                hash = MerkleHash.node(hash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0 else { throw .wrongProofLength(hashes.count) }
        guard hash == root else { throw .rootMismatch }
    }

    /// As ``verify(leafHash:root:)``, for the tree of a head.
    package func verify(leafHash: Digest, in head: TreeHead) throws(TransparencyLogError) {
        guard treeSize == head.size else { throw .sizeMismatch(proof: treeSize, head: head.size) }
        try verify(leafHash: leafHash, root: head.root)
    }
}

extension HashReader {
    /// The proof that the leaf `index` is in the tree of the first `size` leaves: PATH of RFC 9162, section 2.1.3.1.
    /// - Throws: ``TransparencyLogError``, or what the reader throws.
    package func inclusionProof(index: Int, size: Int) throws -> InclusionProof {
        guard (1...TreeHead.largestSize).contains(size) else { throw TransparencyLogError.sizeOutOfRange(size) }
        guard (0..<size).contains(index) else { throw TransparencyLogError.indexOutOfRange(index, size: size) }
        var siblings: [Range<Int>] = []
        var subtree = 0..<size
        while subtree.count > 1 {
            let middle = subtree.lowerBound + largestPowerOfTwo(below: subtree.count)
            if index < middle {
                siblings.append(middle..<subtree.upperBound)
                subtree = subtree.lowerBound..<middle
            } else {
                siblings.append(subtree.lowerBound..<middle)
                subtree = middle..<subtree.upperBound
            }
        }
        return InclusionProof(index: index, treeSize: size, hashes: try subtreeRoots(siblings.reversed()))
    }
}

/// k of RFC 9162: the largest power of two smaller than `count`.
/// - Precondition: `count` is at least 2.
func largestPowerOfTwo(below count: Int) -> Int {
    1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
}
