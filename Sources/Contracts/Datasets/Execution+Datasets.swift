import BlobStore
import SharingModel

extension Execution {
    func dataset(_ name: DatasetName) throws -> DatasetRecord {
        guard let dataset = try state.dataset(name) else {
            throw Refusal(.unknownDataset, ["dataset": name.text])
        }
        return dataset
    }

    /// The current version, which can be used now.
    func usableDataset(_ name: DatasetName) throws -> DatasetRecord {
        let dataset = try dataset(name)
        try checkUsable(dataset)
        return dataset
    }

    func checkUsable(_ dataset: DatasetRecord) throws {
        let details = ["dataset": dataset.name.text, "manifest": dataset.manifest.text]
        switch dataset.status(at: now) {
        case .inUse: return
        case .withdrawn: throw Refusal(.datasetWithdrawn, details)
        case .replaced: throw Refusal(.datasetReplaced, details)
        case .stale:
            throw Refusal(
                .datasetStale,
                details.merging(["validUntil": dataset.terms.validUntil?.description ?? ""]) { first, _ in first })
        }
    }

    /// The current version, if it is the one that `manifest` names.
    func currentDataset(_ name: DatasetName, _ manifest: CID) throws -> DatasetRecord {
        let current = try dataset(name)
        guard current.manifest == manifest else {
            let details = ["dataset": name.text, "manifest": manifest.text]
            let isOld = try state.dataset(manifest: manifest)?.name == name
            throw Refusal(isOld ? .datasetReplaced : .unknownDataset, details)
        }
        return current
    }

    func checkFuture(_ end: Timestamp?) throws {
        guard let end, end <= now else { return }
        throw Refusal(.alreadyPast, ["time": end.description])
    }

    func checkOwner(_ owners: [PartyName], of dataset: DatasetName) throws {
        guard owners.contains(by) else {
            throw Refusal(.notAnOwner, ["party": by.text, "dataset": dataset.text])
        }
    }

    /// One manifest is published once, under one name: what was replaced or withdrawn does not come back.
    func checkUnpublished(_ manifest: CID) throws {
        guard let dataset = try state.dataset(manifest: manifest) else { return }
        throw Refusal(.manifestAlreadyPublished, ["manifest": manifest.text, "dataset": dataset.name.text])
    }

    /// Puts a proposal into force if nobody's approval is missing; else it waits.
    mutating func settle(_ proposal: DatasetProposal) throws {
        let name = proposal.terms.name
        guard proposal.missing.isEmpty else {
            try write(proposal, to: .proposal(name))
            return
        }
        if try state.proposal(name) != nil { delete(.proposal(name)) }
        try checkFuture(proposal.terms.validUntil)
        let current = try state.dataset(name)
        if proposal.isRenewal, let current {
            let end = proposal.terms.validUntil
            try setExpiry(from: current.terms.validUntil, to: end, of: current)
            try write(current.with(validUntil: end), to: .manifest(current.manifest))
            try notifyRenewed(current)
            return
        }
        try checkUnpublished(proposal.terms.manifest)
        if let current {
            // One that was withdrawn has told its story.
            if current.withdrawal == nil { try notify(.replaced, of: current) }
            try setExpiry(from: current.terms.validUntil, to: nil, of: current)
            try write(current.replaced(by: proposal.terms.manifest), to: .manifest(current.manifest))
        }
        try putInUse(proposal)
    }

    private mutating func putInUse(_ proposal: DatasetProposal) throws {
        let terms = proposal.terms
        let pointer = DatasetPointer(name: terms.name, manifest: terms.manifest)
        try write(pointer, to: .dataset(terms.name))
        try write(pointer, to: .poolDataset(terms.pool, terms.name))
        let dataset = DatasetRecord(
            terms: terms, publication: proposal.id, publishedBy: proposal.by, since: now, replacedBy: nil,
            withdrawal: nil)
        try setExpiry(from: nil, to: terms.validUntil, of: dataset)
        try write(dataset, to: .manifest(terms.manifest))
    }
}
