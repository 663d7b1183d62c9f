package import SharingModel

/// The root of a tree whose leaves come one after the other, in the memory of its right edge alone.
package struct MerkleFrontier: Sendable {
    /// Leaves.
    package private(set) var size = 0
    /// Roots of the complete subtrees, largest first.
    private var peaks: [Digest] = []

    package init() {}

    package mutating func append(leafHash: Digest) {
        var hash = leafHash
        for _ in 0..<(size + 1).trailingZeroBitCount {
            hash = MerkleHash.node(peaks.removeLast(), hash)
        }
        peaks.append(hash)
        size += 1
    }

    package var root: Digest {
        guard let last = peaks.last else { return MerkleHash.emptyRoot }
        return peaks.dropLast().reversed().reduce(last) { MerkleHash.node($1, $0) }
    }
}
