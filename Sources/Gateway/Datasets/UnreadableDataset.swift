package import BlobStore
import Contracts
import QueryPlans
import SealedTables
package import SharingModel

/// A published dataset that cannot be computed on here, and why.
package struct UnreadableDataset: Hashable, Sendable {
    package enum Fault: Hashable, Sendable {
        /// The manifest, or a block that lists its shards, is not in the blob store.
        case manifestMissing(CID)
        case shardsMissing(first: CID, count: Int, of: Int)
        /// A block is there and has another hash than its name says.
        case damaged(CID, path: String)
        /// What was published is no table that can be computed on, or not what the ledger says of it.
        case unusable(String)
    }

    package let dataset: DatasetName
    package let owners: [PartyName]
    package let manifest: CID
    package let fault: Fault

    init(_ record: DatasetRecord, _ fault: Fault) {
        dataset = record.name
        owners = record.owners
        manifest = record.manifest
        self.fault = fault
    }

    /// Whether blocks from elsewhere would mend it.
    package var isCurable: Bool {
        if case .unusable = fault { false } else { true }
    }
}

/// How somebody who meets an unreadable dataset can go on without it.
package enum WayAround: Hashable, Sendable {
    /// `--without` leaves it out of the statement.
    case leaveOut
    /// A registered plan names its datasets for good.
    case registerAnew
    /// The result is about it; nothing was recorded.
    case none
    /// What was opened of it before decides what else may be opened.
    case history
}

extension UnreadableDataset.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .manifestMissing(let cid): "its manifest's block \(cid) is not in the blob store"
        case .shardsMissing(let first, let count, let all):
            "\(count) of its \(all) shards are not in the blob store, the first of them \(first)"
        case .damaged(let cid, let path): "its block \(cid) is damaged (\(path))"
        case .unusable(let problem): problem
        }
    }
}

extension WayAround {
    /// What to do about `datasets`, from the reader's point of view.
    func advice(on datasets: [UnreadableDataset]) -> [String] {
        var advice = [String]()
        if let curable = datasets.first(where: \.isCurable) {
            advice.append(
                "fetch the blocks from the department, or from whoever has computed on them: `chancery blob export "
                    + "\(curable.manifest) --output FILE` there, `chancery blob import FILE` here")
        }
        let names = datasets.map(\.dataset.text).joined(separator: ",")
        switch self {
        case .leaveOut: advice.append("or leave them out: --without \(names)")
        case .registerAnew:
            advice.append("or register the plan anew without them: `chancery contract register … --without \(names)`")
        case .none: advice.append("nothing was recorded: the same command can be run again")
        case .history:
            advice.append(
                "they were opened together with datasets of this query, so the disclosure guard has to read them; "
                    + "leaving them out does not help")
        }
        return advice
    }
}
