package import SharingModel

/// What this module refuses. Payloads are values; the sentences for people are in `SealedTableError+Message.swift`.
///
/// No case carries the content of a cell: it may be a person's secret.
package enum SealedTableError: Error, Hashable, Sendable {
    /// The table schema is malformed. `field` is the schema's field at fault, `nil` for the schema as a whole.
    case schema(SchemaProblem, field: String?)
    /// The CSV's form is at fault.
    case csv(CSVProblem, at: CSVPosition)
    /// The CSV is well-formed, and a cell does not fit the schema.
    case value(ValueProblem, at: CSVPosition)
    /// The slots of a pack need more bits than one plaintext of the key has.
    case packTooWide(pack: PackName, bits: Int, available: Int)
    /// A schema with sealed columns needs the owner's key for fields.
    case fieldKeyNeeded(field: String)
    /// A sealed cell that is not there, or does not open.
    case sealedCell(SealedCellProblem, field: String, row: Int)
    case pseudonymKeyLength(bytes: Int)
    case pseudonymKeyNeeded(field: String)
    /// A shard that is not exactly what its manifest and the format say.
    case shard(ShardProblem)
    case manifest(ManifestProblem)
}

/// Where in a CSV file something was found.
package struct CSVPosition: Hashable, Sendable {
    /// As the caller named the source.
    package let file: String
    /// 1 for the first row below the header; 0 for the header itself.
    package let row: Int
    /// Physical line, from 1; a record that spans lines counts where it begins.
    package let line: Int
    /// Column name, or its number from 1 where it has no usable name.
    package let column: String?

    package init(file: String, row: Int, line: Int, column: String? = nil) {
        self.file = file
        self.row = row
        self.line = line
        self.column = column
    }
}

package enum SchemaProblem: Error, Hashable, Sendable {
    case notJSON(detail: String)
    case missingMember(String)
    case unknownMember(String)
    case wrongKind(member: String, expected: String)
    case noFields
    case tooManyFields(count: Int, limit: Int)
    case fieldName
    /// The same name twice, also when only the case of letters differs (SQL does not tell those apart).
    case duplicateField(other: String)
    case unknownType(String)
    case unknownProtection(String)
    case publicNumber
    case pseudonymType(String)
    case computableType(String)
    case needsBound(String)
    case needsDecimals
    case integerDecimals(Int)
    case decimalsOutOfRange(Int, limit: Int)
    case boundNotANumber(String)
    case boundDecimals(member: String, needed: Int, declared: Int)
    case minimumAboveMaximum
    case onlyForComputable(String)
    case onlyForPseudonyms(String)
    case boundOnlyForNumbers(String)
    case boundTooLarge(String)
    case inNoPack
    case inTwoPacks(String, String)
    case packName(String)
    case packEmpty(String)
    case packUnknownColumn(pack: String)
    case packColumnProtection(pack: String)
    case subjectUnknown
    case subjectProtection
}

package enum CSVProblem: Error, Hashable, Sendable {
    /// `code` is `errno`.
    case unreadable(code: Int32)
    case emptyFile
    case noRows
    case nulByte
    case invalidUTF8
    case bareCarriageReturn
    case quoteInField
    case textAfterQuote
    case unterminatedQuote
    case raggedRow(expected: Int, found: Int)
    case fieldTooLong(limit: Int)
    case tooManyColumns(limit: Int)
    /// One row alone is larger than a shard may be.
    case rowTooLarge(limit: Int)
    case duplicateHeader
    case missingColumn
}

package enum ValueProblem: Error, Hashable, Sendable {
    case missing
    case missingSubject
    case notAnInteger
    case integerTooLarge
    case notANumber
    case notFinite
    case tooManyDigits
    case tooManyDecimals(declared: Int, needed: Int)
    case outOfRange(minimum: ExactDecimal?, maximum: ExactDecimal?)
    case notABoolean
    case notADate
    case textTooLong(bytes: Int, limit: Int)
    /// The section's custodian has not evaluated the value for this department.
    case pseudonymUnknown
}

package enum ShardProblem: Error, Hashable, Sendable {
    case truncated(bytes: Int)
    case notAShard
    case unsupportedVersion(UInt32)
    case rowCount(found: Int, expected: Int)
    case byteCount(found: Int, expected: Int)
    case ciphertextByteCount(found: Int, expected: Int)
    /// Section `index` of the section table is not where or what schema and row count require.
    case section(index: Int)
    /// Bytes that must be zero are not: reserved, padding, values of absent cells.
    case notZero(offset: Int)
    case text(column: String, row: Int)
    case value(column: String, row: Int)
    /// A ciphertext of the pack is outside (0, n²) or shares a factor with n.
    case ciphertext(pack: PackName, row: Int?)
    case keyMismatch
}

package enum SealedCellProblem: Error, Hashable, Sendable {
    case notSealed
    case noSuchRow(rows: Int)
    /// The manifest names another key for fields.
    case otherKey
    /// Out of range, or sharing a factor with the modulus.
    case ciphertext
    /// What the ciphertext decrypts to is no key of 256 bits.
    case key
    /// Made for another place or under another key, or altered.
    case box
    /// What was sealed is no text.
    case text
}

package enum ManifestProblem: Error, Hashable, Sendable {
    case malformed(detail: String)
    case unsupportedVersion(Int)
    case layoutMismatch
    case rowSum(shards: Int, manifest: Int)
    case shardCount(found: Int, expected: Int)
    case shardSize(index: Int)
    case linkCodec(index: Int)
    case modulusBits(Int)
    case subjectCount
    case pseudonymKey
    case sealedKey
    case keyMismatch
    case keyFingerprint
    case weightCapacityBits(Int)
    case byteSum(shards: Int, manifest: Int)
    /// A manifest is a dag-json block.
    case codec
}
