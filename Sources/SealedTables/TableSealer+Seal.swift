import BlobStore
import Foundation
import Paillier

extension TableSealer {
    /// Seals a whole CSV. The rows of the dataset are in the file's order.
    ///
    /// - Parameter progress: Called from several threads, never twice at a time, with numbers that grow.
    /// - Returns: When the manifest and all that it links to are durable in the store.
    /// - Throws: ``SealedTableError`` for the CSV, the store's errors, `CancellationError`. Nothing refers to the
    ///   blocks that were stored until then.
    package func seal(
        _ csv: any ByteSource, progress: @escaping @Sendable (SealingProgress) -> Void = { _ in }
    ) async throws -> SealingReport {
        var reader = try CSVReader(csv)
        let parser = try RowParser(schema: schema, reader, pseudonymKey: pseudonymKey)
        let capacity = ShardCapacity(
            schema: schema, ciphertextByteCount: encryptor.key.ciphertextByteCount,
            sealedKeyByteCount: fieldEncryptor?.key.ciphertextByteCount ?? 0,
            byteLimit: min(limits.shardByteCount, ShardGeometry.byteLimit))
        var draft = ShardDraft(schema: schema)
        var shards = [ShardReference]()
        var subjects = Set<Pseudonym>()
        let meter = ProgressMeter(progress)
        var (draftBytes, firstRow) = (0, 0)
        while try reader.next() {
            draftBytes += parser.textByteCount(reader)
            let isFull =
                draft.rows >= limits.rowsPerShard || !capacity.fits(rows: draft.rows + 1, textByteCount: draftBytes)
            if isFull, draft.rows > 0 {
                shards.append(try await sealShard(draft, from: firstRow, meter, inputBytes: reader.bytesRead))
                firstRow += draft.rows
                draft.removeAll()
                draftBytes = parser.textByteCount(reader)
            }
            guard capacity.fits(rows: draft.rows + 1, textByteCount: draftBytes) else {
                throw SealedTableError.csv(
                    .rowTooLarge(limit: capacity.byteLimit), at: reader.position(column: nil))
            }
            try parser.append(reader, to: &draft)
            subjects.insert(draft.lastSubject(schema))
        }
        guard draft.rows > 0 else { throw SealedTableError.csv(.noRows, at: reader.position(column: nil)) }
        shards.append(try await sealShard(draft, from: firstRow, meter, inputBytes: reader.bytesRead))
        try Task.checkCancellation()
        let dataset = try storeManifest(rows: reader.row, subjects: subjects.count, shards)
        return SealingReport(dataset: dataset, droppedColumns: parser.dropped)
    }

    private func sealShard(
        _ draft: ShardDraft, from firstRow: Int, _ meter: ProgressMeter, inputBytes: Int
    ) async throws -> ShardReference {
        let draft = try sealingCells(of: draft, from: firstRow)
        let writer = ShardWriter(
            draft, schema: schema, ciphertextByteCount: encryptor.key.ciphertextByteCount,
            sealedKeyByteCount: fieldEncryptor?.key.ciphertextByteCount ?? 0)
        try await encrypt(draft, into: writer, meter.piece(rows: draft.rows, inputBytes: inputBytes))
        let data = writer.bytes.withUnsafeBytes { Data($0) }
        // A crash from here on leaves a block that nothing refers to.
        let cid = try store.put(data, codec: .raw)
        return ShardReference(cid: cid, rows: draft.rows, bytes: data.count)
    }

    /// Stores index blocks where there are many shards, then the manifest, which makes the dataset exist.
    private func storeManifest(
        rows: Int, subjects: Int, _ shards: [ShardReference]
    ) throws -> SealedDataset {
        let list = try ShardList(shards, entriesPerBlock: limits.entriesPerBlock, storingIn: store)
        let manifest = Manifest(
            name: name, keyFingerprint: encryptor.key.fingerprint, modulusBitCount: encryptor.key.bitCount,
            weightCapacityBits: weightCapacityBits, schema: schema, layout: layout, rows: rows, subjects: subjects,
            pseudonymKey: pseudonymKey?.id, sealedKey: fieldEncryptor.map { SealedFieldKey($0.key) }, shards: list)
        let block = try manifest.block()
        try store.put(block)
        return SealedDataset(cid: block.cid, manifest: manifest, shards: shards)
    }
}

extension ShardDraft {
    /// Who the last row is about.
    fileprivate func lastSubject(_ schema: TableSchema) -> Pseudonym {
        guard let index = schema.fields.firstIndex(where: { $0.name == schema.subject }) else {
            preconditionFailure("a checked schema has its subject")
        }
        let column = columns[index]
        if let pseudonym = column.pseudonyms.last { return pseudonym }
        if let number = column.integers.last { return Pseudonym.publicSubject(String(number).utf8) }
        let start = column.textEnds.dropLast().last ?? 0
        return Pseudonym.publicSubject(column.text[Int(start)...])
    }
}
