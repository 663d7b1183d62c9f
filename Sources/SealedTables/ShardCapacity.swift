/// How many rows of a table go into one shard.
struct ShardCapacity {
    let schema: TableSchema
    let ciphertextByteCount: Int
    let sealedKeyByteCount: Int
    let byteLimit: Int
    private let textColumns: Int

    init(schema: TableSchema, ciphertextByteCount: Int, sealedKeyByteCount: Int, byteLimit: Int) {
        self.schema = schema
        self.ciphertextByteCount = ciphertextByteCount
        self.sealedKeyByteCount = sealedKeyByteCount
        self.byteLimit = byteLimit
        textColumns = schema.publicFields.count { $0.isStoredAsText } + schema.cellFields.count
    }

    /// Whether so many rows with so much text in all stay within the limit. Each text column may lose 7 bytes to
    /// alignment.
    func fits(rows: Int, textByteCount: Int) -> Bool {
        let empty = ShardGeometry(
            schema: schema, ciphertextByteCount: ciphertextByteCount, sealedKeyByteCount: sealedKeyByteCount,
            rows: rows,
            textByteCounts: [])
        return empty.byteCount + textByteCount + 8 * textColumns <= byteLimit
    }
}
