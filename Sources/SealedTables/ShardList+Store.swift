package import BlobStore

extension ShardList {
    /// Lists `shards`, in the manifest itself if they are few, else through index blocks, which are stored.
    init(_ shards: [ShardReference], entriesPerBlock: Int, storingIn store: any BlobStore) throws {
        guard shards.count > entriesPerBlock else {
            self = .direct(shards)
            return
        }
        var indexes = [ShardIndexReference]()
        for start in stride(from: 0, to: shards.count, by: entriesPerBlock) {
            let part = Array(shards[start..<min(start + entriesPerBlock, shards.count)])
            let block = try DAGJSON.encode(ShardIndex(shards: part.map(ShardEntry.init)))
            try store.put(block)
            let whole = ShardList.direct(part)
            indexes.append(
                ShardIndexReference(cid: block.cid, shards: part.count, rows: whole.rows, bytes: whole.byteCount))
        }
        self = .indexed(indexes)
    }
}

extension SealedDataset {
    /// A dataset that has this one's shards again and again, until it has `rows` rows or, at the last shard, more: a
    /// table of any size for a bench, without the time to seal it.
    /// - Returns: When its manifest is durable in `store`.
    package func repeatingShards(untilRows rows: Int, storingIn store: any BlobStore) throws -> SealedDataset {
        var (repeated, count) = ([ShardReference](), 0)
        while count < rows {
            let shard = shards[repeated.count % shards.count]
            repeated.append(shard)
            count += shard.rows
        }
        let manifest = Manifest(
            name: manifest.name, keyFingerprint: manifest.keyFingerprint, modulusBitCount: manifest.modulusBitCount,
            weightCapacityBits: manifest.weightCapacityBits, schema: manifest.schema, layout: manifest.layout,
            rows: count, subjects: min(manifest.subjects, count), pseudonymKey: manifest.pseudonymKey,
            sealedKey: manifest.sealedKey,
            shards: try ShardList(repeated, entriesPerBlock: ShardList.mostEntries, storingIn: store))
        let block = try manifest.block()
        try store.put(block)
        return SealedDataset(cid: block.cid, manifest: manifest, shards: repeated)
    }
}
