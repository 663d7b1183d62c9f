extension ShardTable {
    /// Checks the whole structure of a shard that may come from anywhere. No input makes it trap.
    /// - Parameter expectedRows: Row count of the manifest's entry for this shard.
    init(
        _ bytes: BlockBytes, schema: TableSchema, ciphertextByteCount: Int, sealedKeyByteCount: Int,
        expectedRows: Int
    ) throws(SealedTableError) {
        do throws(ShardProblem) {
            let geometry = try bytes.withUnsafeBytes { all throws(ShardProblem) in
                try ShardCheck(all, schema: schema).geometry(ciphertextByteCount, sealedKeyByteCount, expectedRows)
            }
            self.init(checked: bytes, schema: schema, rows: expectedRows, geometry: geometry)
            try checkContent()
        } catch {
            throw .shard(error)
        }
    }
}

/// The structural check of one shard's bytes.
private struct ShardCheck {
    let bytes: UnsafeRawBufferPointer
    let schema: TableSchema

    init(_ bytes: UnsafeRawBufferPointer, schema: TableSchema) {
        self.bytes = bytes
        self.schema = schema
    }

    private func halfWord(_ offset: Int) -> Int {
        Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }

    private func quarterWord(_ offset: Int) -> Int {
        Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    }

    func geometry(
        _ ciphertextByteCount: Int, _ sealedKeyByteCount: Int, _ expectedRows: Int
    ) throws(ShardProblem) -> ShardGeometry {
        try checkHeader(ciphertextByteCount, expectedRows)
        let kinds = ShardGeometry.kinds(of: schema)
        let tableEnd = ShardGeometry.headerByteCount + kinds.count * ShardGeometry.sectionEntryByteCount
        guard halfWord(20) == kinds.count, bytes.count >= tableEnd else { throw .section(index: 0) }
        // The byte counts of texts are the only freedom: take them as said, compute the rest, compare all.
        var textByteCounts = [Int]()
        for (index, (kind, _)) in kinds.enumerated() where kind.holdsTexts {
            let said = halfWord(entryOffset(index) + 8)
            let fixed = bitmapByteCount(expectedRows) + (expectedRows + 1) * 4
            guard said >= fixed, said <= bytes.count else { throw .section(index: index) }
            textByteCounts.append(said - fixed)
        }
        let geometry = ShardGeometry(
            schema: schema, ciphertextByteCount: ciphertextByteCount, sealedKeyByteCount: sealedKeyByteCount,
            rows: expectedRows, textByteCounts: textByteCounts)
        for (index, section) in geometry.sections.enumerated() {
            let entry = entryOffset(index)
            guard quarterWord(entry) == section.kind.rawValue, quarterWord(entry + 2) == section.index,
                halfWord(entry + 4) == section.offset, halfWord(entry + 8) == section.byteCount,
                halfWord(entry + 12) == 0
            else { throw .section(index: index) }
        }
        guard bytes.count == geometry.byteCount else {
            throw .byteCount(found: bytes.count, expected: geometry.byteCount)
        }
        try checkPadding(geometry, tableEnd: tableEnd)
        return geometry
    }

    private func entryOffset(_ index: Int) -> Int {
        ShardGeometry.headerByteCount + index * ShardGeometry.sectionEntryByteCount
    }

    private func checkHeader(_ ciphertextByteCount: Int, _ expectedRows: Int) throws(ShardProblem) {
        guard bytes.count >= ShardGeometry.headerByteCount else { throw .truncated(bytes: bytes.count) }
        guard bytes.prefix(ShardGeometry.magic.count).elementsEqual(ShardGeometry.magic) else { throw .notAShard }
        guard halfWord(8) == ShardGeometry.version else { throw .unsupportedVersion(UInt32(halfWord(8))) }
        guard halfWord(12) == expectedRows, (1...ShardGeometry.byteLimit).contains(expectedRows) else {
            throw .rowCount(found: halfWord(12), expected: expectedRows)
        }
        guard halfWord(16) == ciphertextByteCount, ciphertextByteCount <= ShardGeometry.byteLimit else {
            throw .ciphertextByteCount(found: halfWord(16), expected: ciphertextByteCount)
        }
        guard halfWord(24) == bytes.count else { throw .byteCount(found: bytes.count, expected: halfWord(24)) }
        guard halfWord(28) == 0 else { throw .notZero(offset: 28) }
    }

    private func checkPadding(_ geometry: ShardGeometry, tableEnd: Int) throws(ShardProblem) {
        var end = tableEnd
        for section in geometry.sections {
            for offset in end..<section.offset where bytes[offset] != 0 { throw .notZero(offset: offset) }
            end = section.end
        }
    }
}

extension ShardTable {
    /// Checks what stands in the sections: absent cells are zero, texts are UTF-8, values are what the schema says.
    fileprivate func checkContent() throws(ShardProblem) {
        for section in geometry.sections {
            switch section.kind {
            case .ciphertexts: continue
            case .sealedKeys: try checkAbsentKeys(section)
            case .presence, .integers, .texts, .pseudonyms, .sealedCells: try check(section)
            }
        }
    }

    private func check(_ section: ShardGeometry.Section) throws(ShardProblem) {
        let field = schema.fields[section.index]
        try withSection(section.kind, section.index) { bytes throws(ShardProblem) in
            let presence = bytes.presence(rows: rows)
            // Bits behind the last row.
            if rows & 63 != 0, let last = presence.words.last, last >> UInt64(rows & 63) != 0 {
                throw .notZero(offset: section.offset + bitmapByteCount(rows) - 8)
            }
            let mayBeAbsent = !field.required && field.name != schema.subject
            if section.kind.holdsTexts { try checkTextOffsets(bytes, field) }
            if section.kind == .sealedCells, field.isEscrowed { try checkPseudonyms(of: section, presence) }
            for row in 0..<rows {
                guard presence[row] || mayBeAbsent else { throw .value(column: field.name, row: row) }
                guard isSound(bytes, section.kind, field, row, present: presence[row]) else {
                    throw .value(column: field.name, row: row)
                }
            }
        }
    }

    /// A value is sealed beside every pseudonym, and beside none that is missing.
    private func checkPseudonyms(
        of section: ShardGeometry.Section, _ cells: PresenceBitmap
    ) throws(ShardProblem) {
        let pseudonyms = withSection(.pseudonyms, section.index) { $0.presence(rows: rows) }
        for row in 0..<rows where cells[row] != pseudonyms[row] {
            throw .value(column: schema.fields[section.index].name, row: row)
        }
    }

    /// The key of a cell without value is zero.
    private func checkAbsentKeys(_ section: ShardGeometry.Section) throws(ShardProblem) {
        let presence = withSection(.sealedCells, section.index) { $0.presence(rows: rows) }
        let width = geometry.sealedKeyByteCount
        try withSection(.sealedKeys, section.index) { keys throws(ShardProblem) in
            for row in 0..<rows where !presence[row] {
                guard keys.bytes[row * width..<(row + 1) * width].allSatisfy({ $0 == 0 }) else {
                    throw .notZero(offset: section.offset + row * width)
                }
            }
        }
    }

    private func checkTextOffsets(_ bytes: SectionBytes, _ field: Field) throws(ShardProblem) {
        guard bytes.textOffset(0, rows: rows) == 0 else { throw .text(column: field.name, row: 0) }
        for row in 0..<rows where bytes.textOffset(row + 1, rows: rows) < bytes.textOffset(row, rows: rows) {
            throw .text(column: field.name, row: row)
        }
        guard bytes.textOffset(rows, rows: rows) == bytes.texts(rows: rows).count else {
            throw .text(column: field.name, row: rows - 1)
        }
    }

    private func isSound(
        _ bytes: SectionBytes, _ kind: ShardGeometry.Kind, _ field: Field, _ row: Int, present: Bool
    ) -> Bool {
        switch kind {
        case .integers:
            let value = bytes.integer(row, rows: rows)
            return present ? field.accepts(value) : value == 0
        case .texts:
            let text = bytes.text(row, rows: rows)
            guard present else { return text.isEmpty }
            return field.type == .date ? CalendarDate.isValid(text) : String(validating: text, as: UTF8.self) != nil
        case .pseudonyms: return present || bytes.pseudonym(row, rows: rows) == Pseudonym(high: 0, low: 0)
        case .sealedCells:
            let count = bytes.text(row, rows: rows).count
            return present ? SealedCell.isBoxByteCount(count) : count == 0
        case .presence, .ciphertexts, .sealedKeys: return true
        }
    }
}
