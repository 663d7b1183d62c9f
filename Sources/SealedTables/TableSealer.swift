package import BlobStore
package import Paillier
package import SharingModel

/// Seals a table: reads CSV, encrypts it row by row, and stores shards and manifest.
///
/// Memory does not grow with the rows (but for 16 bytes a distinct subject): one shard at a time is read, encrypted
/// on all cores, and stored. The manifest is stored last, so killing or cancelling at any moment leaves blocks that
/// nothing refers to, and the same call can be made again.
package struct TableSealer: Sendable {
    package let name: DatasetName
    package let schema: TableSchema
    package let layout: TableLayout
    package let weightCapacityBits: Int
    let encryptor: Encryptor
    let pseudonymKey: (any PseudonymSource)?
    /// Under the owner's key for fields; where the schema has sealed columns.
    let fieldEncryptor: Encryptor?
    let store: any BlobStore
    let limits: Limits

    /// Sizes that tests make small.
    package struct Limits: Sendable {
        /// Largest shard in bytes, at most 1 MiB.
        package var shardByteCount = ShardGeometry.byteLimit
        /// Most rows of a shard.
        package var rowsPerShard = Int.max
        /// Most links in a manifest or index block.
        package var entriesPerBlock = ShardList.mostEntries
        /// Tasks that encrypt at the same time.
        package var workers: Int

        package init(workers: Int) {
            self.workers = workers
        }
    }

    /// - Parameters:
    ///   - encryptor: Under the pool's key.
    ///   - weightCapacityBits: The pool's, 1 to ``TableLayout/mostWeightCapacityBits``.
    ///   - pseudonymKey: The department's own, or what the section's custodian has evaluated; needed where the schema
    ///     has pseudonym columns.
    ///   - fieldEncryptor: Under the department's key for fields; needed where the schema has sealed columns.
    ///   - store: Where blocks go, durable when `put` returns.
    /// - Throws: ``SealedTableError/packTooWide(pack:bits:available:)``,
    ///   ``SealedTableError/fieldKeyNeeded(field:)``, ``SealedTableError/pseudonymKeyNeeded(field:)``.
    package init(
        name: DatasetName, schema: TableSchema, encryptor: Encryptor, weightCapacityBits: Int,
        pseudonymKey: (any PseudonymSource)?, fieldEncryptor: Encryptor? = nil, store: any BlobStore, limits: Limits
    ) throws(SealedTableError) {
        if fieldEncryptor == nil, let field = schema.cellFields.first { throw .fieldKeyNeeded(field: field.name) }
        if pseudonymKey == nil, let field = schema.pseudonymFields.first {
            throw .pseudonymKeyNeeded(field: field.name)
        }
        self.name = name
        self.schema = schema
        self.layout = try TableLayout(
            schema: schema, weightCapacityBits: weightCapacityBits, modulusBitCount: encryptor.key.bitCount)
        self.weightCapacityBits = weightCapacityBits
        self.encryptor = encryptor
        self.pseudonymKey = schema.pseudonymFields.isEmpty ? nil : pseudonymKey
        self.fieldEncryptor = schema.cellFields.isEmpty ? nil : fieldEncryptor
        self.store = store
        self.limits = limits
    }
}

/// What sealing did.
package struct SealingReport: Hashable, Sendable {
    package let dataset: SealedDataset
    /// Columns of the CSV that the schema does not name, in the file's order; they were not published.
    package let droppedColumns: [String]

    package var rows: Int { dataset.manifest.rows }
    package var shards: Int { dataset.shards.count }
    /// Of all shards together.
    package var bytes: Int { dataset.manifest.shards.byteCount }
}

/// How far sealing is.
package struct SealingProgress: Hashable, Sendable {
    /// Rows encrypted so far.
    package let rows: Int
    /// Bytes of the CSV that those rows were; over the file's size this is the share that is done.
    package let inputBytes: Int
}

extension TableSchema {
    /// Reads a whole CSV against the schema without encrypting anything: finds every error that sealing would meet
    /// in a fraction of its time, and counts the rows.
    /// - Throws: ``SealedTableError/csv(_:at:)``, ``SealedTableError/value(_:at:)``.
    package func check(_ csv: any ByteSource) throws(SealedTableError) -> CSVSummary {
        try read(csv, pseudonyms: nil)
    }

    /// - Parameter pseudonyms: `nil` where they are not asked for.
    @discardableResult
    func read(_ csv: any ByteSource, pseudonyms: (any PseudonymSource)?) throws(SealedTableError) -> CSVSummary {
        var reader = try CSVReader(csv)
        let parser = try RowParser(schema: self, reader, pseudonymKey: pseudonyms)
        var draft = ShardDraft(schema: self)
        while try reader.next() {
            try parser.append(reader, to: &draft)
            draft.removeAll()
        }
        guard reader.row > 0 else { throw .csv(.noRows, at: reader.position(column: nil)) }
        return CSVSummary(rows: reader.row, droppedColumns: parser.dropped)
    }
}

/// A CSV that fits its schema.
package struct CSVSummary: Hashable, Sendable {
    package let rows: Int
    /// Columns that the schema does not name, in the file's order; they will not be published.
    package let droppedColumns: [String]

    package init(rows: Int, droppedColumns: [String]) {
        self.rows = rows
        self.droppedColumns = droppedColumns
    }
}
