package import BlobStore
import CanonicalJSON
import Paillier
import SharingModel

/// The dag-json form of a ``Manifest``.
private struct ManifestDescriptor: Codable {
    struct Key: Codable {
        let fingerprint: String
        let modulusBits: Int
    }

    struct Slot: Codable, Equatable {
        let column: String
        let content: TableSlot.Content
        let offset: Int
        let width: Int
    }

    let version: Int
    let name: DatasetName
    let key: Key
    let weightCapacityBits: Int
    let schema: TableSchema
    /// By pack; lowest slot first.
    let layout: [String: [Slot]]
    let rows: Int
    let subjects: Int
    let pseudonymKey: Digest?
    let sealedKey: SealedFieldKey?
    let shards: [ShardEntry]?
    let indexes: [IndexEntry]?
}

/// The form of a ``ShardReference``, in manifests and index blocks.
struct ShardEntry: Codable {
    let link: Link
    let rows: Int
    let bytes: Int

    init(_ reference: ShardReference) {
        link = Link(reference.cid)
        rows = reference.rows
        bytes = reference.bytes
    }
}

private struct IndexEntry: Codable {
    let link: Link
    let shards: Int
    let rows: Int
    let bytes: Int

    init(_ reference: ShardIndexReference) {
        link = Link(reference.cid)
        shards = reference.shards
        rows = reference.rows
        bytes = reference.bytes
    }
}

extension Manifest {
    /// The block that holds the manifest.
    package func block() throws -> Block {
        var layouts: [String: [ManifestDescriptor.Slot]] = [:]
        for pack in layout.packs { layouts[pack.name.text] = pack.described }
        var (direct, indexed): ([ShardEntry]?, [IndexEntry]?)
        switch shards {
        case .direct(let references): direct = references.map(ShardEntry.init)
        case .indexed(let references): indexed = references.map(IndexEntry.init)
        }
        return try DAGJSON.encode(
            ManifestDescriptor(
                version: Manifest.version, name: name,
                key: .init(fingerprint: keyFingerprint, modulusBits: modulusBitCount),
                weightCapacityBits: weightCapacityBits, schema: schema, layout: layouts, rows: rows,
                subjects: subjects, pseudonymKey: pseudonymKey, sealedKey: sealedKey, shards: direct, indexes: indexed))
    }

    /// Reads a manifest that may come from anywhere.
    /// - Throws: ``SealedTableError/manifest(_:)``, ``SealedTableError/schema(_:field:)``.
    package init(_ block: Block) throws(SealedTableError) {
        guard block.cid.codec == .dagJSON else { throw .manifest(.codec) }
        self = try ManifestDescriptor.decode(block).checked()
    }
}

extension ManifestDescriptor {
    fileprivate static func decode(_ block: Block) throws(SealedTableError) -> ManifestDescriptor {
        do {
            return try DAGJSON.decode(ManifestDescriptor.self, from: block)
        } catch {
            throw .manifest(.malformed(detail: "\(error)"))
        }
    }

    fileprivate func checked() throws(SealedTableError) -> Manifest {
        guard version == Manifest.version else { throw .manifest(.unsupportedVersion(version)) }
        guard (64...PublicKey.greatestBitCount).contains(key.modulusBits) else {
            throw .manifest(.modulusBits(key.modulusBits))
        }
        guard Digest(hex: key.fingerprint) != nil else { throw .manifest(.keyFingerprint) }
        guard (1...TableLayout.mostWeightCapacityBits).contains(weightCapacityBits) else {
            throw .manifest(.weightCapacityBits(weightCapacityBits))
        }
        let tableLayout = try TableLayout(
            schema: schema, weightCapacityBits: weightCapacityBits, modulusBitCount: key.modulusBits)
        var described: [String: [Slot]] = [:]
        for pack in tableLayout.packs { described[pack.name.text] = pack.described }
        guard described == layout else { throw .manifest(.layoutMismatch) }
        guard (1...max(rows, 1)).contains(subjects) else { throw .manifest(.subjectCount) }
        let needsKey = !schema.pseudonymFields.isEmpty
        guard needsKey == (pseudonymKey != nil) else { throw .manifest(.pseudonymKey) }
        guard schema.cellFields.isEmpty == (sealedKey == nil), sealedKey?.isSound ?? true else {
            throw .manifest(.sealedKey)
        }
        let list = try shardList()
        guard list.rows == rows else { throw .manifest(.rowSum(shards: list.rows, manifest: rows)) }
        return Manifest(
            name: name, keyFingerprint: key.fingerprint, modulusBitCount: key.modulusBits,
            weightCapacityBits: weightCapacityBits, schema: schema, layout: tableLayout, rows: rows,
            subjects: subjects, pseudonymKey: pseudonymKey, sealedKey: sealedKey, shards: list)
    }

    private func shardList() throws(SealedTableError) -> ShardList {
        switch (shards, indexes) {
        case (let entries?, nil): return .direct(try ShardReference.checked(entries))
        case (nil, let entries?):
            guard (1...ShardList.mostEntries).contains(entries.count) else {
                throw .manifest(.shardCount(found: entries.count, expected: ShardList.mostEntries))
            }
            var references = [ShardIndexReference]()
            var rows = 0
            for (index, entry) in entries.enumerated() {
                guard entry.link.cid.codec == .dagJSON else { throw .manifest(.linkCodec(index: index)) }
                guard (1...ShardList.mostEntries).contains(entry.shards), entry.rows >= entry.shards,
                    entry.rows <= Manifest.mostRows, (1...entry.shards << 20).contains(entry.bytes)
                else { throw .manifest(.shardSize(index: index)) }
                // Each addend and the sum before it are at most 2^52: no sum of them all overflows unseen.
                rows += entry.rows
                guard rows <= Manifest.mostRows else { throw .manifest(.shardSize(index: index)) }
                references.append(
                    ShardIndexReference(
                        cid: entry.link.cid, shards: entry.shards, rows: entry.rows, bytes: entry.bytes))
            }
            return .indexed(references)
        default: throw .manifest(.malformed(detail: "either 'shards' or 'indexes' must be there"))
        }
    }
}

extension ShardReference {
    /// Checks the entries of a manifest or an index block.
    static func checked(_ entries: [ShardEntry]) throws(SealedTableError) -> [ShardReference] {
        guard (1...ShardList.mostEntries).contains(entries.count) else {
            throw .manifest(.shardCount(found: entries.count, expected: ShardList.mostEntries))
        }
        var references = [ShardReference]()
        for (index, entry) in entries.enumerated() {
            guard entry.link.cid.codec == .raw else { throw .manifest(.linkCodec(index: index)) }
            guard (1...ShardGeometry.byteLimit).contains(entry.bytes), (1...entry.bytes).contains(entry.rows) else {
                throw .manifest(.shardSize(index: index))
            }
            references.append(ShardReference(cid: entry.link.cid, rows: entry.rows, bytes: entry.bytes))
        }
        return references
    }
}

extension PackLayout {
    fileprivate var described: [ManifestDescriptor.Slot] {
        zip(slots, packing.slots).map {
            ManifestDescriptor.Slot(column: $0.column, content: $0.content, offset: $1.offset, width: $1.width)
        }
    }
}
