package import SharingModel

/// That a larger tree began as a smaller one (RFC 9162, section 2.1.4).
package struct ConsistencyProof: Codable, Hashable, Sendable {
    package let firstSize: Int
    package let secondSize: Int
    package let hashes: [Digest]

    package init(firstSize: Int, secondSize: Int, hashes: [Digest]) {
        self.firstSize = firstSize
        self.secondSize = secondSize
        self.hashes = hashes
    }

    /// Succeeds only if the tree with `secondRoot` begins with the leaves of the tree with `firstRoot`. A tree
    /// without leaves, and a tree and itself, need an empty proof. The work is bounded by 128 hashes.
    /// - Throws: ``TransparencyLogError``.
    package func verify(firstRoot: Digest, secondRoot: Digest) throws(TransparencyLogError) {
        guard (0...TreeHead.largestSize).contains(secondSize) else { throw .sizeOutOfRange(secondSize) }
        guard (0...secondSize).contains(firstSize) else { throw .indexOutOfRange(firstSize, size: secondSize) }
        guard hashes.count <= Int.bitWidth else { throw .wrongProofLength(hashes.count) }
        guard firstSize > 0, firstSize < secondSize else {
            guard hashes.isEmpty else { throw .wrongProofLength(hashes.count) }
            guard firstSize > 0 || firstRoot == MerkleHash.emptyRoot, firstSize < secondSize || firstRoot == secondRoot
            else { throw .rootMismatch }
            return
        }
        try climb(firstRoot: firstRoot, secondRoot: secondRoot)
    }

    /// The algorithm of RFC 9162, section 2.1.4.2, for `0 < firstSize < secondSize`.
    private func climb(firstRoot: Digest, secondRoot: Digest) throws(TransparencyLogError) {
        // Where the first tree is complete, its root is the start and is left out of the proof.
        var rest = hashes[...]
        let isComplete = firstSize.nonzeroBitCount == 1
        guard let start = isComplete ? firstRoot : rest.popFirst() else { throw .wrongProofLength(0) }
        var node = firstSize - 1
        var last = secondSize - 1
        let shared = (~node).trailingZeroBitCount
        node >>= shared
        last >>= shared
        var first = start
        var second = start
        for hash in rest {
            guard last > 0 else { throw .wrongProofLength(hashes.count) }
            if node & 1 == 1 || node == last {
                first = MerkleHash.node(hash, first)
                second = MerkleHash.node(hash, second)
                let rises = node == 0 ? 0 : node.trailingZeroBitCount
                node >>= rises
                last >>= rises
            } else {
                second = MerkleHash.node(second, hash)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0 else { throw .wrongProofLength(hashes.count) }
        guard first == firstRoot, second == secondRoot else { throw .rootMismatch }
    }

    /// As ``verify(firstRoot:secondRoot:)``, for the trees of two heads.
    package func verify(from first: TreeHead, to second: TreeHead) throws(TransparencyLogError) {
        guard firstSize == first.size else { throw .sizeMismatch(proof: firstSize, head: first.size) }
        guard secondSize == second.size else { throw .sizeMismatch(proof: secondSize, head: second.size) }
        try verify(firstRoot: first.root, secondRoot: second.root)
    }
}

extension HashReader {
    /// The proof that the tree of `second` leaves began as that of `first`: SUBPROOF of RFC 9162, section 2.1.4.1.
    /// Empty if `first` is 0 or `second`.
    /// - Throws: ``TransparencyLogError``, or what the reader throws.
    package func consistencyProof(from first: Int, to second: Int) throws -> ConsistencyProof {
        guard (0...TreeHead.largestSize).contains(second) else { throw TransparencyLogError.sizeOutOfRange(second) }
        guard (0...second).contains(first) else { throw TransparencyLogError.indexOutOfRange(first, size: second) }
        var subtrees: [Range<Int>] = []
        var subtree = 0..<second
        while first > 0, first < subtree.upperBound {
            let middle = subtree.lowerBound + largestPowerOfTwo(below: subtree.count)
            if first <= middle {
                subtrees.append(middle..<subtree.upperBound)
                subtree = subtree.lowerBound..<middle
            } else {
                subtrees.append(subtree.lowerBound..<middle)
                subtree = middle..<subtree.upperBound
            }
        }
        // What remains ends where the first tree ends. If it also begins with it, the verifier has its root.
        if first > 0, subtree.lowerBound > 0 { subtrees.append(subtree) }
        return ConsistencyProof(
            firstSize: first, secondSize: second, hashes: try subtreeRoots(subtrees.reversed()))
    }
}
