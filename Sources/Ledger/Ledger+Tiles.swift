package import Foundation
import SignedEnvelopes
package import TransparencyLog

extension Ledger {
    /// The bytes of a tile in the tree of `size` leaves.
    /// - Returns: `nil` if the tree does not reach so far.
    package func tile(_ path: TilePath, size: Int) throws -> Data? {
        guard path.level == nil else { return try storage.read { try $0.tile(path, size: size) } }
        let first = path.index * TilePath.fullWidth
        guard first + path.width <= size else { return nil }
        return try storage.read { reader in
            let leaves = try (first..<(first + path.width)).map { try reader.leaf(at: $0) }
            let present = leaves.compactMap { $0 }
            return present.count == leaves.count ? EntryBundle.encode(present) : nil
        }
    }
}

extension LedgerReader {
    /// The bytes of a leaf: an envelope's, or a block's record.
    package func leaf(at index: Int) throws -> Data? {
        if let entry = try entry(at: index) { return try entry.envelope.canonicalBytes() }
        return try block(ofSize: index + 1)?.recordBytes
    }
}
