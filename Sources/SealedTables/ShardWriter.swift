/// A shard's bytes being put together: the public part at once, the ciphertexts by workers on several threads.
struct ShardWriter: Sendable {
    let geometry: ShardGeometry
    let bytes: AlignedBytes

    /// Writes header, section table and everything but the ciphertexts of `draft`.
    init(_ draft: ShardDraft, schema: TableSchema, ciphertextByteCount: Int, sealedKeyByteCount: Int) {
        geometry = ShardGeometry(
            schema: schema, ciphertextByteCount: ciphertextByteCount, sealedKeyByteCount: sealedKeyByteCount,
            rows: draft.rows, textByteCounts: draft.textByteCounts(schema))
        bytes = AlignedBytes(byteCount: geometry.byteCount)
        bytes.withUnsafeMutableBytes { all in
            writeHeader(all)
            for section in geometry.sections where section.kind != .ciphertexts {
                let target = UnsafeMutableRawBufferPointer(rebasing: all[section.offset..<section.end])
                draft.columns[section.index].write(section.kind, rows: draft.rows, to: target)
            }
        }
    }

    private func writeHeader(_ all: UnsafeMutableRawBufferPointer) {
        all.copyBytes(from: ShardGeometry.magic)
        let fields = [
            ShardGeometry.version, UInt32(geometry.rows), UInt32(geometry.ciphertextByteCount),
            UInt32(geometry.sections.count), UInt32(geometry.byteCount), 0,
        ]
        for (index, field) in fields.enumerated() { all.store(field, at: 8 + index * 4) }
        for (index, section) in geometry.sections.enumerated() {
            let entry = ShardGeometry.headerByteCount + index * ShardGeometry.sectionEntryByteCount
            all.store(section.kind.rawValue, at: entry)
            all.store(UInt16(section.index), at: entry + 2)
            all.store(UInt32(section.offset), at: entry + 4)
            all.store(UInt32(section.byteCount), at: entry + 8)
        }
    }

    /// The place of one row's ciphertext in a pack. Workers on other rows may write at the same time.
    func withCiphertext<Result, Failure: Error>(
        pack: Int, row: Int, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let section = geometry.section(.ciphertexts, pack) else {
            preconditionFailure("every pack has a section")
        }
        let start = section.offset + row * geometry.ciphertextByteCount
        return try bytes.withUnsafeMutableBytes { all throws(Failure) in
            try body(UnsafeMutableRawBufferPointer(rebasing: all[start..<start + geometry.ciphertextByteCount]))
        }
    }
}

extension DraftColumn {
    fileprivate func write(_ kind: ShardGeometry.Kind, rows: Int, to target: UnsafeMutableRawBufferPointer) {
        if kind == .sealedKeys { return target.copyBytes(from: wrappedKeys) }
        for (index, word) in presence.words.enumerated() { target.store(word, at: index * 8) }
        let start = bitmapByteCount(rows)
        switch kind {
        case .integers:
            for (row, value) in integers.enumerated() { target.store(UInt64(bitPattern: value), at: start + row * 8) }
        case .texts, .sealedCells:
            for (row, end) in textEnds.enumerated() { target.store(end, at: start + (row + 1) * 4) }
            UnsafeMutableRawBufferPointer(rebasing: target[(start + (rows + 1) * 4)...]).copyBytes(from: text)
        case .pseudonyms:
            for (row, pseudonym) in pseudonyms.enumerated() {
                target.store(pseudonym.high.byteSwapped, at: start + row * 16)
                target.store(pseudonym.low.byteSwapped, at: start + row * 16 + 8)
            }
        case .presence, .ciphertexts, .sealedKeys: break
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func store<Integer: FixedWidthInteger & BitwiseCopyable>(_ value: Integer, at offset: Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: Integer.self)
    }
}
