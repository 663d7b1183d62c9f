package import SharingModel

/// Under which key a dataset's pseudonyms are, and so with which others they can be compared.
package enum PseudonymStanding: Hashable, Sendable {
    /// Its owner's own: with those of no other department.
    case own(Digest)
    /// The section's key in use: with those of all departments that publish now.
    case section(Digest)
    /// A key of the section that another took the place of: with those that were published under it.
    case replaced(Digest, at: Timestamp)

    package var key: Digest {
        switch self {
        case .own(let key), .section(let key), .replaced(let key, _): key
        }
    }
}

extension LedgerState {
    /// - Returns: `nil` where no column is a pseudonym.
    package func pseudonymStanding(of dataset: DatasetRecord) throws -> PseudonymStanding? {
        guard let id = dataset.terms.pseudonymKey else { return nil }
        guard let key = try pseudonymKey(id) else { return .own(id) }
        return key.until.map { .replaced(id, at: $0) } ?? .section(id)
    }
}
