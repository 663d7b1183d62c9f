package import Foundation
package import SharingModel

import struct Crypto.SHA256

/// The hashes of RFC 9162, section 2.1.1, with SHA-256. The first byte keeps leaves and nodes apart, so that no
/// leaf can be passed off as a subtree.
package enum MerkleHash {
    /// The root of a tree without leaves: SHA-256 of nothing.
    package static let emptyRoot = Digest.sha256(Data())

    /// SHA-256 of 0x00 and `entry`.
    package static func leaf(_ entry: some DataProtocol) -> Digest {
        var hash = SHA256()
        hash.update(data: [0x00])
        hash.update(data: entry)
        return Digest(hash.finalize())
    }

    /// SHA-256 of 0x01 and the two hashes.
    package static func node(_ left: Digest, _ right: Digest) -> Digest {
        var hash = SHA256()
        hash.update(data: [0x01])
        hash.update(data: left.bytes)
        hash.update(data: right.bytes)
        return Digest(hash.finalize())
    }
}

/// A tree's size in leaves, and its root.
package struct TreeHead: Hashable, Sendable {
    /// Largest tree that is spoken of; beyond it indices of stored hashes would leave 63 bits.
    package static let largestSize = 1 << 62

    /// In 0...``largestSize``.
    package let size: Int
    package let root: Digest

    /// - Throws: ``TransparencyLogError/sizeOutOfRange(_:)``.
    package init(size: Int, root: Digest) throws(TransparencyLogError) {
        guard (0...TreeHead.largestSize).contains(size) else { throw .sizeOutOfRange(size) }
        self.size = size
        self.root = root
    }
}
