import Foundation

/// Writes a CARv1 file, block by block, to a sink that the caller holds.
package struct CARWriter {
    /// What was written so far, the header included.
    package private(set) var byteCount = 0

    /// Writes the header to `sink`.
    /// - Throws: ``BlobStoreError/roots(count:limit:)`` for no roots, or more than a header has room for.
    package init(roots: [CID], to sink: inout some ByteSink & ~Copyable) throws {
        guard (1...CARHeader.rootLimit).contains(roots.count) else {
            throw BlobStoreError.roots(count: roots.count, limit: CARHeader.rootLimit)
        }
        try append([CARHeader.encode(roots: roots)], to: &sink)
    }

    package mutating func append(_ block: Block, to sink: inout some ByteSink & ~Copyable) throws {
        try append([block.cid.bytes, block.data], to: &sink)
    }

    private mutating func append(_ parts: [Data], to sink: inout some ByteSink & ~Copyable) throws {
        var section = Data()
        Varint.append(UInt64(parts.reduce(0) { $0 + $1.count }), to: &section)
        for part in parts { section.append(part) }
        try sink.append(section)
        byteCount += section.count
    }
}
