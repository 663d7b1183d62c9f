import Contracts
import Foundation
import KeyVault
package import Ledger
import ObliviousPRF
package import SealedTables
package import SharingModel

extension PartySession {
    /// Asks the holders of an owner's escrow whose pseudonym this is: a request for the value that is sealed beside it,
    /// like any other.
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where it does not stand in the dataset's current version.
    package func requestIdentity(
        of pseudonym: Pseudonym, in dataset: DatasetName, reason: String, until: Timestamp
    ) async throws -> Receipt {
        let asked = try await ask(identity(of: pseudonym, in: dataset), reason: reason, until: until)
        try asked.acknowledge()
        return asked.receipt
    }

    /// Whether an opened value is the one that the pseudonym beside it stands for: by the section's key, by what was
    /// evaluated for this party, or by its own key.
    /// - Returns: `nil` where the cell is of no pseudonym column, or this party can compute no such pseudonym.
    func isConfirmed(_ value: String, _ place: SealedCellReference) throws -> Bool? {
        guard let dataset = try readable([place.manifest], wayAround: .none).first,
            let key = dataset.manifest.pseudonymKey,
            dataset.manifest.schema.field(place.field)?.protection == .pseudonym,
            let expected = try pseudonym(of: Data(value.utf8), under: key)
        else { return nil }
        return try dataset.pseudonym(row: Int(place.row), field: place.field, in: blobs) == expected
    }

    private func pseudonym(of value: Data, under key: Digest) throws -> Pseudonym? {
        // Of a key that was replaced as well: datasets are published under it.
        if let record = try state({ try $0.pseudonymKey(key) }) {
            if record.custodian == party {
                return try Pseudonym(evaluated: vault.pseudonymFunction(record, of: section).output(of: value))
            }
            let known = try vault.evaluatedPseudonyms(under: key)
            return known.contains(value) ? try known.pseudonym(of: value) : nil
        }
        guard try vault.names().contains(.pseudonyms), case let own = try vault.pseudonymKey(), own.id == key else {
            return nil
        }
        return own.pseudonym(of: value)
    }
}
