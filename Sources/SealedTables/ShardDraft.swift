/// The rows of one shard in plain, column by column, before they are encrypted.
struct ShardDraft {
    var rows = 0
    /// One for each field of the schema.
    var columns: [DraftColumn]

    init(schema: TableSchema) {
        columns = schema.fields.map { _ in DraftColumn() }
    }

    mutating func removeAll() {
        rows = 0
        for index in columns.indices { columns[index].removeAll() }
    }

    /// Bytes of all texts, for each text column of the schema in turn.
    func textByteCounts(_ schema: TableSchema) -> [Int] {
        ShardGeometry.kinds(of: schema).filter { $0.0.holdsTexts }.map { columns[$0.1].text.count }
    }
}

/// One column of a draft. Only the storage of its kind is used.
struct DraftColumn {
    var presence = PresenceBitmap()
    var integers = [Int64]()
    /// All texts one after the other, and where each ends.
    var text = [UInt8]()
    var textEnds = [UInt32]()
    /// Of a sealed column, once its texts are boxes: the ciphertexts of their keys, zero where there is no value.
    var wrappedKeys = [UInt8]()
    var pseudonyms = [Pseudonym]()
    var entries = [UInt128]()

    mutating func append(integer: Int64) {
        presence.append(true)
        integers.append(integer)
    }

    mutating func append(text bytes: ArraySlice<UInt8>) {
        presence.append(true)
        text.append(contentsOf: bytes)
        textEnds.append(UInt32(text.count))
    }

    mutating func append(_ pseudonym: Pseudonym) {
        presence.append(true)
        pseudonyms.append(pseudonym)
    }

    /// The text that is sealed beside a pseudonym, after it.
    mutating func append(cell bytes: ArraySlice<UInt8>) {
        text.append(contentsOf: bytes)
        textEnds.append(UInt32(text.count))
    }

    mutating func append(entry: UInt128) {
        presence.append(true)
        entries.append(entry)
    }

    /// A cell without value is zero, empty, and not present.
    mutating func appendMissing(_ field: Field) {
        presence.append(false)
        switch field.protection {
        case .computable: entries.append(0)
        case .pseudonym:
            pseudonyms.append(Pseudonym(high: 0, low: 0))
            if field.isEscrowed { textEnds.append(UInt32(text.count)) }
        case .public where field.isStoredAsText: textEnds.append(UInt32(text.count))
        case .public: integers.append(0)
        case .sealed: textEnds.append(UInt32(text.count))
        }
    }

    mutating func removeAll() {
        presence.removeAll()
        integers.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        textEnds.removeAll(keepingCapacity: true)
        wrappedKeys.removeAll(keepingCapacity: true)
        pseudonyms.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }
}
