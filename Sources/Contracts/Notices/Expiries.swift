import BlobStore
import CanonicalJSON
import SharingModel

/// What falls due with the block's time: datasets whose validity has ended since the block before.
///
/// Each dataset in use that has an end stands in an index by that end, so a block reads what falls due in it and
/// nothing else. Whoever holds active tokens on such a dataset is told; the dataset leaves the index.
struct Expiries {
    private let block: BlockContext

    init(_ block: BlockContext) {
        self.block = block
    }

    func writes(_ state: LedgerState) throws -> [StateWrite] {
        var writes: [StateWrite] = []
        for pointer in try state.readAll(DatasetPointer.self, under: .expiries, before: .expiries(after: block.time)) {
            guard let dataset = try state.dataset(manifest: pointer.manifest), let end = dataset.terms.validUntil else {
                continue
            }
            writes.append(StateWrite(key: StateKey.expiry(end, pointer.manifest).text, value: nil))
            for notice in try state.notices(.stale, of: dataset, at: block.time) {
                let key = StateKey.notice(notice.dataset, notice.party)
                writes.append(StateWrite(key: key.text, value: try CanonicalJSON.encode(notice)))
            }
        }
        return writes
    }
}

extension Execution {
    /// Puts a version that is in use into the index of ends, or takes it out.
    mutating func setExpiry(from old: Timestamp?, to new: Timestamp?, of dataset: DatasetRecord) throws {
        guard old != new else { return }
        if let old { delete(.expiry(old, dataset.manifest)) }
        guard let new else { return }
        try write(DatasetPointer(name: dataset.name, manifest: dataset.manifest), to: .expiry(new, dataset.manifest))
    }

    /// Tells those who hold active tokens on a version that it can no longer be used.
    mutating func notify(_ event: DatasetNotice.Event, of dataset: DatasetRecord) throws {
        for notice in try state.notices(event, of: dataset, at: now) {
            try write(notice, to: .notice(notice.dataset, notice.party))
        }
    }

    /// Tells those who were told that the version was stale that it can be used again.
    mutating func notifyRenewed(_ dataset: DatasetRecord) throws {
        for notice in try state.notices(of: dataset.name)
        where notice.manifest == dataset.manifest && notice.event == .stale {
            try write(notice.with(.renewed, at: now), to: .notice(notice.dataset, notice.party))
        }
    }
}
