import Foundation
import SharingModel
import TransparencyLog

/// The tree hashes that a block adds, laid over those that are stored.
struct PendingHashes: HashReader {
    private let stored: any HashReader
    /// Stored-hash index of the first pending one.
    let firstPosition: Int
    private(set) var pending: [Digest] = []
    private var size: Int

    /// - Parameter size: Leaves in the stored tree.
    init(after size: Int, stored: any HashReader) {
        self.stored = stored
        self.size = size
        firstPosition = StoredHashes.count(size: size)
    }

    mutating func append(leaf: Data) throws {
        pending += try storedHashes(forLeaf: MerkleHash.leaf(leaf), at: size)
        size += 1
    }

    func root() throws -> Digest { try treeRoot(size: size) }

    func hashes(at indices: [Int]) throws -> [Digest] {
        // Asked for in no order; the stored ones are read at once.
        let read = try stored.hashes(at: indices.filter { $0 < firstPosition })
        var next = read.makeIterator()
        return try indices.map { index in
            let pendingIndex = index - firstPosition
            if pending.indices.contains(pendingIndex) { return pending[pendingIndex] }
            guard index < firstPosition, let hash = next.next() else {
                throw TransparencyLogError.hashNotStored(index: index)
            }
            return hash
        }
    }
}
