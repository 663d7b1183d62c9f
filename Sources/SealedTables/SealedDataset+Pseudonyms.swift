package import BlobStore

extension SealedDataset {
    /// Where a pseudonym stands first whose value is sealed beside it.
    /// - Returns: `nil` where it stands nowhere, or without its value.
    /// - Throws: ``SealedTableError/shard(_:)``; the store's errors.
    package func place(of pseudonym: Pseudonym, in store: any BlobStore) throws -> (row: Int, field: String)? {
        let fields = manifest.schema.pseudonymFields.filter(\.isEscrowed).map(\.name)
        guard !fields.isEmpty else { return nil }
        var first = 0
        for (index, shard) in shards.enumerated() {
            let table = try UnverifiedShard(index, of: self, in: store).table
            for field in fields {
                if let row = table.pseudonyms(of: field)?.firstIndex(of: pseudonym) { return (first + row, field) }
            }
            first += shard.rows
        }
        return nil
    }

    /// The pseudonym in a row of a pseudonym column; `nil` where there is none.
    /// - Throws: As ``place(of:in:)``.
    package func pseudonym(row: Int, field: String, in store: any BlobStore) throws -> Pseudonym? {
        var first = 0
        for (index, shard) in shards.enumerated() {
            if row < first + shard.rows {
                return try UnverifiedShard(index, of: self, in: store).table.pseudonyms(of: field)?[row - first]
            }
            first += shard.rows
        }
        return nil
    }
}

extension Pseudonym {
    /// - Returns: `nil` unless `hex` is 32 lower-case hexadecimal digits.
    package init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 2 * Pseudonym.byteCount,
            digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            let high = UInt64(hex.prefix(16), radix: 16), let low = UInt64(hex.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    package var hex: String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
