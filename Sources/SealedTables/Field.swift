/// One column of a ``TableSchema``.
package struct Field: Hashable, Sendable {
    package let name: String
    package let type: FieldType
    package let protection: Protection
    /// For people: kept in the manifest so that a catalog can show it.
    package let title: String?
    package let description: String?
    /// A cell without value is refused.
    package let required: Bool
    /// Set for integer fields whose schema gives them and for every computable one.
    package let minimum: ExactDecimal?
    package let maximum: ExactDecimal?
    /// What a computable column needs for its slots; `nil` for the others.
    package let computable: Computable?
    /// Of a pseudonym column: its values stand beside the pseudonyms as sealed cells, so that escrow can open one.
    package let isEscrowed: Bool

    /// The bounds of a computable column, in units of 10^−`decimals`.
    package struct Computable: Hashable, Sendable {
        /// Digits behind the decimal point, 0 to 30; values with more are refused.
        package let decimals: Int
        /// Whether a second slot holds the square, from which variances come.
        package let squares: Bool
        /// minimum · 10^decimals.
        package let scaledMinimum: Int128
        /// maximum · 10^decimals.
        package let scaledMaximum: Int128

        /// (maximum − minimum) · 10^decimals: the largest value that the slot of one row holds.
        package var largestEntry: UInt128 { UInt128(scaledMaximum - scaledMinimum) }
    }
}

/// The field types of Frictionless Table Schema that can be published.
package enum FieldType: String, Codable, Sendable, CaseIterable {
    /// 64-bit signed.
    case integer
    /// An exact decimal.
    case number
    case string
    /// `true`/`false`, as 1 and 0.
    case boolean
    /// `YYYY-MM-DD`, kept as text.
    case date
}

/// What happens to a column before it leaves the department.
package enum Protection: String, Codable, Sendable, CaseIterable {
    /// Published as it is.
    case `public`
    /// Replaced by a keyed pseudonym.
    case pseudonym
    /// Encrypted, cell by cell, under keys that the owner's key for fields encrypts; opened one record at a time.
    case sealed
    /// Packed and encrypted under the pool's Paillier key.
    case computable
}

extension Field {
    /// Whether the column has sealed cells.
    package var hasCells: Bool { protection == .sealed || isEscrowed }

    /// The same with ``isEscrowed``, where it is a pseudonym column.
    var escrowed: Field {
        Field(
            name: name, type: type, protection: protection, title: title, description: description, required: required,
            minimum: minimum, maximum: maximum, computable: computable, isEscrowed: protection == .pseudonym)
    }

    /// Whether a whole number or boolean is one that the schema allows.
    func accepts(_ value: Int64) -> Bool {
        if type == .boolean { return value == 0 || value == 1 }
        // Bounds of integer fields have no decimals, so their coefficient is their value.
        if let minimum, Int128(value) < minimum.coefficient { return false }
        if let maximum, Int128(value) > maximum.coefficient { return false }
        return true
    }
}
