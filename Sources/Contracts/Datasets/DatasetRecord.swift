package import BlobStore
package import SharingModel

/// One version of a dataset that is, or was, in use. Kept under its manifest for ever, so that old results can be
/// judged.
package struct DatasetRecord: Codable, Hashable, Sendable {
    /// As published; `validUntil` as last renewed.
    package let terms: PublishDataset
    /// Id of the `dataset.publish` transaction.
    package let publication: Digest
    package let publishedBy: PartyName
    /// Block time from which it was in use.
    package let since: Timestamp
    /// Manifest of the version that took its place.
    package let replacedBy: CID?
    package let withdrawal: Withdrawal?

    package var name: DatasetName { terms.name }
    package var manifest: CID { terms.manifest }
    package var owners: [PartyName] { terms.owners }

    /// What the version can be used for at block time `time`.
    package func status(at time: Timestamp) -> DatasetStatus {
        if withdrawal != nil { return .withdrawn }
        if replacedBy != nil { return .replaced }
        if let end = terms.validUntil, end <= time { return .stale }
        return .inUse
    }

    func with(validUntil: Timestamp?) -> DatasetRecord {
        DatasetRecord(
            terms: terms.with(validUntil: validUntil), publication: publication, publishedBy: publishedBy,
            since: since, replacedBy: replacedBy, withdrawal: withdrawal)
    }

    func replaced(by manifest: CID) -> DatasetRecord {
        DatasetRecord(
            terms: terms, publication: publication, publishedBy: publishedBy, since: since, replacedBy: manifest,
            withdrawal: withdrawal)
    }

    func withdrawn(_ withdrawal: Withdrawal) -> DatasetRecord {
        DatasetRecord(
            terms: terms, publication: publication, publishedBy: publishedBy, since: since, replacedBy: replacedBy,
            withdrawal: withdrawal)
    }
}

/// Whether a version of a dataset can be used.
package enum DatasetStatus: String, Codable, Hashable, Sendable {
    case inUse = "in-use"
    /// Its validity has ended; the owners may renew it.
    case stale
    /// A newer version is in use.
    case replaced
    case withdrawn
}

/// Who took something back, when, and why.
package struct Withdrawal: Codable, Hashable, Sendable {
    package let by: PartyName
    package let at: Timestamp
    package let reason: String?
}

/// Leads from a name to the manifest of the current version.
package struct DatasetPointer: Codable, Hashable, Sendable {
    package let name: DatasetName
    package let manifest: CID
}

/// A version or a renewal that waits for owners. A later proposal for the same name takes its place.
package struct DatasetProposal: Codable, Hashable, Sendable {
    /// Id of the `dataset.publish` or `dataset.renew` transaction.
    package let id: Digest
    package let by: PartyName
    package let at: Timestamp
    package let terms: PublishDataset
    /// Whether only the end of validity changes.
    package let isRenewal: Bool
    /// All old and new owners, sorted.
    package let required: [PartyName]
    /// Sorted; the proposer is one of them.
    package let approvals: [PartyName]

    /// Whose approval is missing, sorted.
    package var missing: [PartyName] { required.filter { !approvals.contains($0) } }

    func approved(by party: PartyName) -> DatasetProposal {
        DatasetProposal(
            id: id, by: by, at: at, terms: terms, isRenewal: isRenewal, required: required,
            approvals: (approvals + [party]).sorted())
    }
}
