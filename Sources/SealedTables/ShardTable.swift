import SharingModel

/// What of a shard is public: columns, pseudonyms, and which computable values are present.
///
/// Its structure has been checked whole; no accessor can fail on what a publisher wrote.
package struct ShardTable: Sendable {
    package let schema: TableSchema
    package let rows: Int
    package let ciphertextByteCount: Int
    let geometry: ShardGeometry
    let bytes: BlockBytes

    init(
        checked bytes: BlockBytes, schema: TableSchema, rows: Int, geometry: ShardGeometry
    ) {
        self.schema = schema
        self.rows = rows
        self.ciphertextByteCount = geometry.ciphertextByteCount
        self.geometry = geometry
        self.bytes = bytes
    }
}

/// A cell of a public column.
package enum PublicValue: Hashable, Sendable {
    case null
    /// Whole numbers, and booleans as 1 and 0.
    case integer(Int64)
    /// Texts, and dates as `YYYY-MM-DD`.
    case text(String)
}

extension ShardTable {
    /// The values of a public column, one a row; `nil` if `name` is no public column.
    package func publicValues(of name: String) -> [PublicValue]? {
        guard let index = column(name, .public) else { return nil }
        let kind: ShardGeometry.Kind = schema.fields[index].isStoredAsText ? .texts : .integers
        return withSection(kind, index) { section in
            let presence = section.presence(rows: rows)
            return (0..<rows).map { row in
                guard presence[row] else { return .null }
                return kind == .texts
                    ? .text(String(decoding: section.text(row, rows: rows), as: UTF8.self))
                    : .integer(section.integer(row, rows: rows))
            }
        }
    }

    /// The pseudonyms of a pseudonym column, one a row, `nil` where the value is missing; `nil` if `name` is no
    /// pseudonym column.
    package func pseudonyms(of name: String) -> [Pseudonym?]? {
        guard let index = column(name, .pseudonym) else { return nil }
        return withSection(.pseudonyms, index) { section in
            let presence = section.presence(rows: rows)
            return (0..<rows).map { presence[$0] ? section.pseudonym($0, rows: rows) : nil }
        }
    }

    /// Who each row is about. Where the subject column is public, an unkeyed name derived from its value.
    package var subjects: [Pseudonym] {
        // The check has refused shards in which a subject is missing.
        if let known = pseudonyms(of: schema.subject) { return known.compactMap { $0 } }
        return (publicValues(of: schema.subject) ?? []).map { value in
            switch value {
            case .null: Pseudonym(high: 0, low: 0)
            case .integer(let number): Pseudonym.publicSubject(String(number).utf8)
            case .text(let text): Pseudonym.publicSubject(text.utf8)
            }
        }
    }

    /// Which rows have a value in a computable column; `nil` if `name` is no computable column.
    package func presence(of name: String) -> PresenceBitmap? {
        guard let index = column(name, .computable) else { return nil }
        return withSection(.presence, index) { $0.presence(rows: rows) }
    }

    /// Only ``Shard`` gives ciphertexts out, after its check.
    func withCiphertexts<Result, Failure: Error>(
        of pack: PackName, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let index = schema.packs.firstIndex(where: { $0.name == pack }) else {
            preconditionFailure("the table has no pack \(pack)")
        }
        return try withSection(.ciphertexts, index) { section throws(Failure) in try body(section.bytes) }
    }

    private func column(_ name: String, _ protection: Protection) -> Int? {
        schema.fields.firstIndex { $0.name == name && $0.protection == protection }
    }

    func withSection<Result, Failure: Error>(
        _ kind: ShardGeometry.Kind, _ index: Int, _ body: (SectionBytes) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let section = geometry.section(kind, index) else { preconditionFailure("the section always exists") }
        return try bytes.withUnsafeBytes { all throws(Failure) in
            try body(SectionBytes(bytes: UnsafeRawBufferPointer(rebasing: all[section.offset..<section.end])))
        }
    }
}
