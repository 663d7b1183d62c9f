package import SharingModel

/// What a table's columns are and how each is protected: Frictionless Table Schema with the members `protection`,
/// `decimals` and `squares` on a field, and `packs` and `subject` on the schema.
///
/// A value of this type has passed every check: each computable column has bounds and decimals and is in exactly
/// one pack, the subject is a public or pseudonym column, names are distinct.
package struct TableSchema: Hashable, Sendable {
    /// In the schema's order, which is the order of columns in a shard.
    package let fields: [Field]
    /// Sorted by name.
    package let packs: [Pack]
    /// Name of the column that tells persons apart; of protection `pseudonym` or `public`.
    package let subject: String
    /// Cell texts that mean "no value".
    package let missingValues: [String]

    package static let mostFields = 4_096

    init(checkedFields fields: [Field], packs: [Pack], subject: String, missingValues: [String]) {
        self.fields = fields
        self.packs = packs
        self.subject = subject
        self.missingValues = missingValues
    }

    /// Columns of one ciphertext a row, which are granted and opened together.
    package struct Pack: Hashable, Sendable {
        package let name: PackName
        /// In the order of their slots.
        package let columns: [String]
    }
}

extension TableSchema {
    package func field(_ name: String) -> Field? {
        fields.first { $0.name == name }
    }

    package func pack(_ name: PackName) -> Pack? {
        packs.first { $0.name == name }
    }

    /// The pack that holds a computable column.
    package func pack(of column: String) -> Pack? {
        packs.first { $0.columns.contains(column) }
    }

    /// Public columns in the schema's order.
    package var publicFields: [Field] { fields.filter { $0.protection == .public } }

    /// Pseudonym columns in the schema's order.
    package var pseudonymFields: [Field] { fields.filter { $0.protection == .pseudonym } }

    /// Columns with sealed cells in the schema's order: sealed ones, and pseudonyms whose values escrow can open.
    package var cellFields: [Field] { fields.filter(\.hasCells) }

    /// The same schema, the values of its pseudonym columns sealed beside them.
    package var escrowingPseudonyms: TableSchema {
        TableSchema(
            checkedFields: fields.map(\.escrowed), packs: packs, subject: subject, missingValues: missingValues)
    }

    /// Computable columns in the schema's order.
    package var computableFields: [Field] { fields.filter { $0.protection == .computable } }

    /// Whether subjects are known by keyed pseudonyms; otherwise the subject column is public.
    package var subjectIsPseudonym: Bool { field(subject)?.protection == .pseudonym }
}
