package import Foundation
import GRDB
import Ledger
import SharingModel
import TransparencyLog

/// A ledger's file that holds a tree's hashes and nothing else: for measuring how proofs grow.
package final class SyntheticTree {
    private let storage: SQLiteLedgerStorage
    private let size: Int
    private let root: Digest

    /// Writes the stored hashes of a tree whose leaf `n` is the leaf hash of eight bytes, `n` big-endian.
    /// - Throws: ``LedgerError/storage(path:detail:)``.
    package init(at url: URL, leaves: Int, progress: (Int) -> Void) throws {
        size = leaves
        storage = try SQLiteLedgerStorage(url: url)
        var edge = RightEdge()
        for first in stride(from: 0, to: leaves, by: 10_000) {
            let last = min(first + 10_000, leaves)
            try storage.commit { writer in
                guard let writer = writer as? SQLiteLedgerWriter else { return }
                var hashes: [Digest] = []
                for leaf in first..<last { hashes += edge.append(leaf) }
                try writer.insert(hashes, from: StoredHashes.count(size: first))
            }
            progress(last)
        }
        try storage.fold()
        root = try storage.read { try $0.treeRoot(size: leaves) }
    }

    /// Reads a proof from the file and checks it against the root.
    package func proveInclusion(of leaf: Int) throws {
        let proof = try storage.read { try $0.inclusionProof(index: leaf, size: size) }
        try proof.verify(leafHash: RightEdge.hash(leaf), root: root)
    }
}

/// The complete subtrees at the right edge of a growing tree, largest first.
private struct RightEdge {
    private var subtrees: [Digest] = []

    static func hash(_ leaf: Int) -> Digest {
        MerkleHash.leaf(Data((0..<8).map { UInt8(truncatingIfNeeded: leaf >> (56 - 8 * $0)) }))
    }

    /// - Returns: What the leaf adds to the stored hashes.
    mutating func append(_ leaf: Int) -> [Digest] {
        var hash = RightEdge.hash(leaf)
        var added = [hash]
        for _ in 0..<(leaf + 1).trailingZeroBitCount {
            hash = MerkleHash.node(subtrees.removeLast(), hash)
            added.append(hash)
        }
        subtrees.append(hash)
        return added
    }
}
