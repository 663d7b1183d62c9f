package import BlobStore
package import SharingModel

/// What somebody who holds active tokens on a dataset is told of it. The last word stands; those before it are in the
/// blocks that wrote them.
package struct DatasetNotice: Codable, Hashable, Sendable {
    package let dataset: DatasetName
    package let manifest: CID
    /// The grantee.
    package let party: PartyName
    package let event: Event
    /// Block time.
    package let at: Timestamp
    /// Ids of the tokens that were active on it; sorted.
    package let tokens: [Digest]

    package enum Event: String, Codable, Hashable, Sendable, CaseIterable {
        /// Its validity has ended: the tokens cannot be redeemed on it until it is renewed.
        case stale
        /// Its validity had ended and goes on: the tokens can be redeemed on it again.
        case renewed
        case withdrawn
        /// A newer version is in use, for which another token has to be asked for.
        case replaced
    }

    func with(_ event: Event, at time: Timestamp) -> DatasetNotice {
        DatasetNotice(dataset: dataset, manifest: manifest, party: party, event: event, at: time, tokens: tokens)
    }
}

/// A token that was asked for on a dataset, by the dataset.
package struct DatasetTokenPointer: Codable, Hashable, Sendable {
    package let dataset: DatasetName
    package let token: Digest
}

extension LedgerState {
    /// The last notices about a dataset, sorted by party.
    package func notices(of dataset: DatasetName) throws -> [DatasetNotice] {
        try readAll(DatasetNotice.self, under: .notices(dataset))
    }

    package func notice(of dataset: DatasetName, to party: PartyName) throws -> DatasetNotice? {
        try read(DatasetNotice.self, at: .notice(dataset, party))
    }

    /// One notice for each party that holds tokens which give `dataset` at `time`; sorted by party.
    func notices(
        _ event: DatasetNotice.Event, of dataset: DatasetRecord, at time: Timestamp
    ) throws -> [DatasetNotice] {
        var held: [PartyName: [Digest]] = [:]
        for pointer in try readAll(DatasetTokenPointer.self, under: .datasetTokens(dataset.name)) {
            guard let token = try token(pointer.token), token.status(at: time) == .approved,
                token.approvedDatasets.contains(where: { $0.manifest == dataset.manifest })
            else { continue }
            held[token.terms.grantee, default: []].append(token.id)
        }
        return held.sorted { $0.key < $1.key }.map { party, tokens in
            DatasetNotice(
                dataset: dataset.name, manifest: dataset.manifest, party: party, event: event, at: time,
                tokens: tokens.sorted())
        }
    }
}
