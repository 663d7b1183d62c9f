package import BlobStore

extension SealedDataset {
    /// Loads a manifest and the index blocks that it links to; no shard is read.
    /// - Throws: The store's errors, ``SealedTableError/manifest(_:)``.
    package init(loading cid: CID, from store: any BlobStore) throws {
        let manifest = try Manifest(store.get(cid))
        var shards = [ShardReference]()
        switch manifest.shards {
        case .direct(let references): shards = references
        case .indexed(let indexes):
            for index in indexes { shards += try ShardIndex.load(index, from: store) }
        }
        self.init(cid: cid, manifest: manifest, shards: shards)
    }
}

/// A block that lists shards: `{"shards": […]}` in dag-json.
struct ShardIndex: Codable {
    let shards: [ShardEntry]

    static func load(_ reference: ShardIndexReference, from store: any BlobStore) throws -> [ShardReference] {
        let block = try store.get(reference.cid)
        let index: ShardIndex
        do {
            index = try DAGJSON.decode(ShardIndex.self, from: block)
        } catch {
            throw SealedTableError.manifest(.malformed(detail: "\(error)"))
        }
        let shards = try ShardReference.checked(index.shards)
        let (rows, bytes) = shards.reduce((0, 0)) { ($0.0 + $1.rows, $0.1 + $1.bytes) }
        guard shards.count == reference.shards else {
            throw SealedTableError.manifest(.shardCount(found: shards.count, expected: reference.shards))
        }
        guard rows == reference.rows else {
            throw SealedTableError.manifest(.rowSum(shards: rows, manifest: reference.rows))
        }
        guard bytes == reference.bytes else {
            throw SealedTableError.manifest(.byteSum(shards: bytes, manifest: reference.bytes))
        }
        return shards
    }
}
