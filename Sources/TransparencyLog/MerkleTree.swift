package import Foundation
package import SharingModel

/// A Merkle tree in memory, with its hashes in the layout of ``HashReader``: for the outcomes of a block, and for
/// trees that are rebuilt to be compared.
package struct MerkleTree: HashReader, Sendable {
    /// Leaves.
    package private(set) var size = 0
    private var stored: [Digest] = []

    package init() {}

    package init(entries: some Sequence<Data>) {
        for entry in entries { append(entry) }
    }

    package mutating func append(_ entry: some DataProtocol) {
        append(leafHash: MerkleHash.leaf(entry))
    }

    package mutating func append(leafHash: Digest) {
        var hash = leafHash
        stored.append(hash)
        for level in 0..<(size + 1).trailingZeroBitCount {
            let left = stored[StoredHashes.index(level: level, position: (size >> level) - 1)]
            hash = MerkleHash.node(left, hash)
            stored.append(hash)
        }
        size += 1
    }

    package var root: Digest {
        var roots = MerkleTree.peaks(size).map { stored[$0] }[...]
        guard var root = roots.popLast() else { return MerkleHash.emptyRoot }
        while let left = roots.popLast() { root = MerkleHash.node(left, root) }
        return root
    }

    package func hashes(at indices: [Int]) throws -> [Digest] {
        try indices.map { index in
            guard stored.indices.contains(index) else { throw TransparencyLogError.hashNotStored(index: index) }
            return stored[index]
        }
    }

    /// Where the roots of the complete subtrees of a tree are stored, largest first.
    private static func peaks(_ size: Int) -> [Int] {
        var start = 0
        return (0...62).reversed().compactMap { level in
            guard size & (1 << level) != 0 else { return nil }
            defer { start += 1 << level }
            return StoredHashes.index(level: level, position: start >> level)
        }
    }
}
