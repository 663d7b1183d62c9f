package import Contracts
package import Ledger
package import SealedTables
package import SharingModel

/// A request to the holders of an escrow that is on the ledger, until its sender has been told.
package struct AskedOpening: Sendable {
    package let receipt: Receipt
    fileprivate let unfinished: UnfinishedTransaction

    /// Says that the caller knows. Until then the same command, run again after this value has gone, tells of the same
    /// request; afterwards it makes another one.
    package func acknowledge() throws { try unfinished.end() }
}

/// What tells one request from others, until its sender knows of it. The end is no part of that: `30d` is another moment
/// each time.
private struct OpeningWish: Encodable {
    let section: SectionName
    let what: EscrowSubject
    let reason: String
}

extension PartySession {
    /// `escrow request`: asks the holders of an owner's escrow, once however often it is killed and run.
    package func ask(_ what: EscrowSubject, reason: String, until: Timestamp) async throws -> AskedOpening {
        let unfinished = try await UnfinishedTransaction(
            OpeningWish(section: section, what: what, reason: reason), self)
        let receipt = try await unfinished.submit { RequestOpening(what, reason: reason, until: until) }
        return AskedOpening(receipt: receipt, unfinished: unfinished)
    }

    /// One cell of the dataset's current version.
    package func cell(of dataset: DatasetName, row: Int, field: String) throws -> EscrowSubject {
        let record = try state { try $0.knownDataset(dataset) }
        return .cell(SealedCellReference(manifest: record.manifest, row: Int64(row), field: field))
    }

    /// The value that is sealed beside a pseudonym.
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where it does not stand in the dataset's current version.
    package func identity(of pseudonym: Pseudonym, in dataset: DatasetName) throws -> EscrowSubject {
        let record = try state { try $0.knownDataset(dataset) }
        guard let sealed = try readable([record], wayAround: .none).first,
            let place = try sealed.place(of: pseudonym, in: blobs)
        else {
            throw GatewayError.notAllowed(
                reason: "pseudonym \(pseudonym.hex.prefix(16)) does not stand in \(dataset), or its value is not sealed"
                    + " beside it",
                wayOn:
                    "look for it in the dataset that it comes from; values are sealed where the policy keeps escrow of"
                    + " the owner")
        }
        return .cell(SealedCellReference(manifest: record.manifest, row: Int64(place.row), field: place.field))
    }
}
