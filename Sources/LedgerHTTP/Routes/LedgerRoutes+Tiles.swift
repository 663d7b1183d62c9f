import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Ledger
import NIOCore
import NIOFoundationCompat
import SharingModel
import SignedEnvelopes
import TransparencyLog

/// The read side of C2SP's tlog-tiles (https://c2sp.org/tlog-tiles), over the newest final checkpoint.
extension LedgerRoutes {
    func addTiles(to router: Router<BasicRequestContext>) {
        router.get("/checkpoint") { _, _ in
            guard let final = try ledger.cosignedBlock(.final) else { throw Problem.notFound }
            return Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-cache"],
                body: .init(byteBuffer: ByteBuffer(string: final.note)))
        }
        router.get("/tile/**") { request, _ in
            guard let tile = TilePath(request.uri.path), let final = try ledger.cosignedBlock(.final),
                let bytes = try ledger.tile(tile, size: final.block.size)
            else { throw Problem.notFound }
            // A tile never changes: a partial one has its width in its name.
            return Response(
                status: .ok,
                headers: [
                    .contentType: "application/octet-stream",
                    .cacheControl: "public, max-age=31536000, immutable",
                ], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        }
    }
}

/// `/tile/LEVEL/INDEX[.p/WIDTH]`, or `/tile/entries/INDEX[.p/WIDTH]`; an index is groups of three digits, all but the
/// last behind an `x`.
struct TilePath: Hashable {
    /// 0 to 6; `nil` for entries.
    let level: Int?
    let index: Int
    /// 1 to 256.
    let width: Int

    static let fullWidth = 256

    init?(_ path: String) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 4, parts[0].isEmpty, parts[1] == "tile" else { return nil }
        if parts[2] == "entries" {
            level = nil
        } else {
            guard let number = Int(parts[2]), String(number) == parts[2], (0...6).contains(number) else { return nil }
            level = number
        }
        parts.removeFirst(3)
        if parts.count >= 2, parts[parts.count - 2].hasSuffix(".p") {
            guard let last = parts.popLast(), let number = Int(last), String(number) == last,
                (1..<TilePath.fullWidth).contains(number)
            else { return nil }
            width = number
            parts[parts.count - 1].removeLast(2)
        } else {
            width = TilePath.fullWidth
        }
        var number = 0
        guard parts.count <= 5 else { return nil }
        for (place, part) in parts.enumerated() {
            let isLast = place == parts.count - 1
            guard isLast != part.hasPrefix("x") else { return nil }
            let digits = isLast ? part[...] : part.dropFirst()
            guard digits.utf8.count == 3, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let group = Int(digits)
            else { return nil }
            // The first group is not zero unless it is the only one.
            guard place > 0 || parts.count == 1 || group > 0 else { return nil }
            number = number * 1_000 + group
        }
        index = number
    }
}

extension Ledger {
    /// The bytes of a tile in the tree of `size` leaves.
    /// - Returns: `nil` if the tree does not reach so far.
    func tile(_ path: TilePath, size: Int) throws -> Data? {
        guard let level = path.level else { return try entries(path, size: size) }
        let first = path.index * TilePath.fullWidth
        guard first + path.width <= size >> (8 * level) else { return nil }
        let positions = (first..<(first + path.width)).map { StoredHashes.index(level: 8 * level, position: $0) }
        return try read { try $0.hashes(at: positions) }.reduce(into: Data()) { $0.append(contentsOf: $1.bytes) }
    }

    /// Each leaf behind its length in two bytes, big-endian.
    private func entries(_ path: TilePath, size: Int) throws -> Data? {
        let first = path.index * TilePath.fullWidth
        guard first + path.width <= size else { return nil }
        return try read { reader in
            var bytes = Data()
            for index in first..<(first + path.width) {
                guard let leaf = try reader.leaf(at: index), let count = UInt16(exactly: leaf.count) else { return nil }
                bytes.append(contentsOf: [UInt8(count >> 8), UInt8(truncatingIfNeeded: count)])
                bytes.append(leaf)
            }
            return bytes
        }
    }
}

extension LedgerReader {
    /// The bytes of a leaf: an envelope's, or a block's record.
    fileprivate func leaf(at index: Int) throws -> Data? {
        if let entry = try entry(at: index) { return try entry.envelope.canonicalBytes() }
        return try block(ofSize: index + 1)?.recordBytes
    }
}
