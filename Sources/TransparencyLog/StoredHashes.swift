package import SharingModel

/// Where the hashes of a growing tree are stored: an append-only sequence, laid out as golang.org/x/mod/sumdb/tlog
/// lays it out.
///
/// Level 0 holds the leaf hashes; the hash `n` of level `l` covers the leaves `n·2ˡ ..< (n+1)·2ˡ`. A complete
/// subtree's hash is written as soon as its last leaf is there, right behind it: for five leaves `a…e` the sequence
/// is `a b ab c d cd abcd e`. Nothing written ever changes, and each leaf appends its own hash and those of the
/// subtrees that it completes. A tree of n leaves has 2n − (ones in n) of them.
package protocol HashReader {
    /// The stored hashes at `indices`, in that order.
    ///
    /// It is asked for all that one operation needs at once, so that a table can answer with one query.
    /// - Throws: If one is not stored.
    func hashes(at indices: [Int]) throws -> [Digest]
}

/// Arithmetic on the layout of ``HashReader``.
package enum StoredHashes {
    /// The index at which the hash `position` of level `level` is stored.
    /// - Precondition: `level` in 0...62, and the subtree ends within ``TreeHead/largestSize`` leaves.
    package static func index(level: Int, position: Int) -> Int {
        precondition((0...62).contains(level) && position >= 0 && position < TreeHead.largestSize >> level)
        // The subtree's hash stands `level` places behind that of its last leaf.
        return count(size: ((position + 1) << level) - 1) + level
    }

    /// How many hashes are stored for a tree of `size` leaves.
    /// - Precondition: `size` in 0...``TreeHead/largestSize``.
    package static func count(size: Int) -> Int {
        precondition((0...TreeHead.largestSize).contains(size))
        return Int(2 * UInt(size) - UInt(size.nonzeroBitCount))
    }
}

extension HashReader {
    /// The hashes to append to the sequence when `leaf` becomes the leaf `index`: its own, then those of the
    /// subtrees that it completes. They belong at ``StoredHashes/index(level:position:)`` of (0, `index`) and on.
    /// - Throws: ``TransparencyLogError/sizeOutOfRange(_:)``, or what the reader throws.
    package func storedHashes(forLeaf leaf: Digest, at index: Int) throws -> [Digest] {
        guard (0..<TreeHead.largestSize).contains(index) else {
            throw TransparencyLogError.sizeOutOfRange(index)
        }
        let completed = (index + 1).trailingZeroBitCount
        let lefts = (0..<completed).map { StoredHashes.index(level: $0, position: (index >> $0) - 1) }
        var hashes = [leaf]
        for left in try read(lefts) {
            hashes.append(MerkleHash.node(left, hashes[hashes.count - 1]))
        }
        return hashes
    }

    /// The root of the first `size` leaves.
    /// - Throws: ``TransparencyLogError/sizeOutOfRange(_:)``, or what the reader throws.
    /// - Complexity: Reads as many hashes as `size` has ones, at once.
    package func treeRoot(size: Int) throws -> Digest {
        guard (0...TreeHead.largestSize).contains(size) else { throw TransparencyLogError.sizeOutOfRange(size) }
        guard size > 0 else { return MerkleHash.emptyRoot }
        return try subtreeRoots([0..<size])[0]
    }

    /// The roots of subtrees as RFC 9162 cuts them: each begins at a multiple of the largest power of two below or
    /// at its size.
    func subtreeRoots(_ ranges: [Range<Int>]) throws -> [Digest] {
        let pieces = ranges.map(completeSubtrees)
        var unread = try read(pieces.flatMap { $0 })[...]
        return pieces.map { piece in
            let hashes = unread.prefix(piece.count)
            unread = unread.dropFirst(piece.count)
            let last = hashes[hashes.endIndex - 1]
            return hashes.dropLast().reversed().reduce(last) { MerkleHash.node($1, $0) }
        }
    }

    /// The stored indices of the complete subtrees that make up `leaves`, largest first.
    private func completeSubtrees(_ leaves: Range<Int>) -> [Int] {
        var indices: [Int] = []
        var start = leaves.lowerBound
        while start < leaves.upperBound {
            let level = Int.bitWidth - 1 - (leaves.upperBound - start).leadingZeroBitCount
            indices.append(StoredHashes.index(level: level, position: start >> level))
            start += 1 << level
        }
        return indices
    }

    private func read(_ indices: [Int]) throws -> [Digest] {
        guard !indices.isEmpty else { return [] }
        let hashes = try hashes(at: indices)
        guard hashes.count == indices.count else {
            throw TransparencyLogError.wrongHashCount(asked: indices.count, given: hashes.count)
        }
        return hashes
    }
}
