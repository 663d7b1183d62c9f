package import Contracts
import Ledger
package import SharingModel

/// What can be asked for, and from whom: a section's pools with their datasets.
package struct Catalog: Sendable {
    package let section: SectionName
    package let time: Timestamp
    package let pools: [PoolEntry]

    package struct PoolEntry: Sendable {
        package let pool: PoolRecord
        package let datasets: [DatasetEntry]
    }

    package struct DatasetEntry: Sendable {
        package let dataset: DatasetRecord
        package let status: DatasetStatus
        package let proposal: DatasetProposal?
        /// The last word to each who held active tokens on it, sorted by party.
        package let notices: [DatasetNotice]
        /// `nil` where no column is a pseudonym.
        package let pseudonyms: PseudonymStanding?
    }

    package init(_ session: ReadingSession) throws {
        let time = try session.blockTime()
        self.time = time
        section = session.ledger.identity.section
        pools = try session.state { state in
            try state.pools().map { pool in
                PoolEntry(
                    pool: pool,
                    datasets: try state.datasets(in: pool.name).map { dataset in
                        DatasetEntry(
                            dataset: dataset, status: dataset.status(at: time),
                            proposal: try state.proposal(dataset.name),
                            notices: try state.notices(of: dataset.name),
                            pseudonyms: try state.pseudonymStanding(of: dataset))
                    })
            }
        }
    }
}
