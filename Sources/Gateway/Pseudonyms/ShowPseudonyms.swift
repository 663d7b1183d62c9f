import BlobStore
import Contracts
package import SealedTables
package import SharingModel

/// The pseudonyms that stand in one row of a dataset: for who asks by escrow whose one is, or has a reference made.
package struct RowPseudonyms: Sendable {
    package let dataset: DatasetName
    package let row: Int
    /// By column; columns in which the row has none are left out.
    package let pseudonyms: [String: Pseudonym]
    /// Names the key that they are under.
    package let key: Digest?
}

extension PartySession {
    /// Reads the current version of a dataset.
    /// - Parameter row: From 0, in the order of the published table.
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` for a row that there is none of.
    package func pseudonyms(in dataset: DatasetName, row: Int) throws -> RowPseudonyms {
        let record = try state { try $0.knownDataset(dataset) }
        guard let sealed = try readable([record], wayAround: .none).first, row < sealed.manifest.rows else {
            throw GatewayError.notAllowed(
                reason: "\(dataset) has no row \(row)", wayOn: "rows are counted from 0, to \(record.terms.rows - 1)")
        }
        var pseudonyms: [String: Pseudonym] = [:]
        for field in sealed.manifest.schema.pseudonymFields {
            pseudonyms[field.name] = try sealed.pseudonym(row: row, field: field.name, in: blobs)
        }
        return RowPseudonyms(dataset: dataset, row: row, pseudonyms: pseudonyms, key: sealed.manifest.pseudonymKey)
    }
}
