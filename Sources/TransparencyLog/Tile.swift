package import Foundation
package import SharingModel

extension HashReader {
    /// The bytes of a tile of hashes, 32 each, in the tree of `size` leaves.
    /// - Precondition: `path` is no bundle of entries.
    /// - Returns: `nil` if the tree does not reach so far.
    /// - Throws: What the reader throws.
    package func tile(_ path: TilePath, size: Int) throws -> Data? {
        guard let level = path.level else { preconditionFailure("entries are no hashes") }
        let first = path.index * TilePath.fullWidth
        guard first + path.width <= size >> (TilePath.height * level) else { return nil }
        let positions = (first..<(first + path.width)).map {
            StoredHashes.index(level: TilePath.height * level, position: $0)
        }
        return try hashes(at: positions).reduce(into: Data()) { $0.append(contentsOf: $1.bytes) }
    }
}

/// A bundle of leaves: each behind its length in two bytes, big-endian.
package enum EntryBundle {
    /// - Returns: `nil` if a leaf is longer than two bytes can say.
    package static func encode(_ leaves: some Sequence<Data>) -> Data? {
        var bytes = Data()
        for leaf in leaves {
            guard let count = UInt16(exactly: leaf.count) else { return nil }
            bytes.append(contentsOf: [UInt8(count >> 8), UInt8(truncatingIfNeeded: count)])
            bytes.append(leaf)
        }
        return bytes
    }

    /// - Throws: ``TransparencyLogError/malformedTile`` for anything but whole leaves.
    package static func decode(_ bytes: Data) throws(TransparencyLogError) -> [Data] {
        var (leaves, rest) = ([Data](), bytes[...])
        while !rest.isEmpty {
            guard rest.count >= 2 else { throw .malformedTile }
            let count = rest.prefix(2).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(2)
            guard rest.count >= count else { throw .malformedTile }
            leaves.append(Data(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return leaves
    }
}

/// The hashes of a tree of which only tiles are at hand, each of which is asked for once.
///
/// Nothing that it gives is checked: a proof that is put together from it is verified like any other.
package final class TileHashes: HashReader {
    private let size: Int
    private let fetch: (TilePath) throws -> Data
    private var known: [TilePath: [Digest]] = [:]

    /// - Parameters:
    ///   - size: Leaves of the tree; the tiles are asked for in the width that they have in it.
    ///   - fetch: Gives the bytes of a tile.
    package init(size: Int, fetch: @escaping (TilePath) throws -> Data) {
        (self.size, self.fetch) = (size, fetch)
    }

    package func hashes(at indices: [Int]) throws -> [Digest] {
        try indices.map { index in
            let (level, position) = StoredHashes.place(of: index)
            guard (position + 1) << level <= size else { throw TransparencyLogError.hashNotStored(index: index) }
            // The tile that has the subtree's hash, or those of its complete parts.
            let (row, within) = level.quotientAndRemainder(dividingBy: TilePath.height)
            let first = position << within
            let number = first >> TilePath.height
            guard let path = TilePath(level: row, index: number, treeSize: size) else {
                throw TransparencyLogError.hashNotStored(index: index)
            }
            let tile = try tile(path)
            let start = first - number * TilePath.fullWidth
            let end = start + (1 << within)
            guard end <= tile.count else { throw TransparencyLogError.hashNotStored(index: index) }
            return TileHashes.root(tile[start..<end])
        }
    }

    private func tile(_ path: TilePath) throws -> [Digest] {
        if let known = known[path] { return known }
        let bytes = try fetch(path)
        guard bytes.count == 32 * path.width else { throw TransparencyLogError.malformedTile }
        let hashes = (0..<path.width).compactMap { Digest(bytes: Data(bytes.dropFirst(32 * $0).prefix(32))) }
        guard hashes.count == path.width else { throw TransparencyLogError.malformedTile }
        known[path] = hashes
        return hashes
    }

    /// - Parameter hashes: As many as a power of two.
    private static func root(_ hashes: ArraySlice<Digest>) -> Digest {
        guard let first = hashes.first else { preconditionFailure("a subtree has a leaf") }
        guard hashes.count > 1 else { return first }
        let middle = hashes.startIndex + hashes.count / 2
        return MerkleHash.node(root(hashes[..<middle]), root(hashes[middle...]))
    }
}

extension StoredHashes {
    /// The subtree whose hash is stored at `index`; the inverse of ``index(level:position:)``.
    /// - Precondition: `index` is not negative, and that of a tree of at most ``TreeHead/largestSize`` leaves.
    package static func place(of index: Int) -> (level: Int, position: Int) {
        // The leaf behind whose hash, and before the next leaf's, the index stands: found by halving.
        var (low, high) = (0, min(index, TreeHead.largestSize))
        while low < high {
            let middle = low + (high - low + 1) / 2
            if count(size: middle) <= index { low = middle } else { high = middle - 1 }
        }
        let level = index - count(size: low)
        return (level, low >> level)
    }
}
