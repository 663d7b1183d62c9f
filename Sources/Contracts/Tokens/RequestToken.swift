package import SharingModel

/// `token.request`: somebody asks for the right to compute on packs of datasets. The transaction's id names the token.
///
/// Exactly one of `pool` and `datasets` is given. A pool stands for its datasets that are in use at this moment; what
/// is published later is not covered.
package struct RequestToken: TransactionBody {
    package static let kind = TransactionKind.requestToken
    package let pool: PoolName?
    /// Sorted; all of one pool.
    package let datasets: [DatasetName]?
    /// Sorted; each must exist in every dataset. All columns of a pack open together.
    package let packs: [PackName]
    /// What for; at most 1 000 characters.
    package let purpose: String
    /// How many redemptions, 1 to 1 000 000.
    package let uses: Int64
    /// Block time from which the token is expired.
    package let until: Timestamp
    /// Registered plans that the token is limited to, sorted; `nil` for any plan.
    package let contracts: [ContractReference]?

    package init(
        pool: PoolName, packs: [PackName], purpose: String, uses: Int64, until: Timestamp,
        contracts: [ContractReference]? = nil
    ) {
        self.init(pool, nil, packs, purpose, uses, until, contracts)
    }

    package init(
        datasets: [DatasetName], packs: [PackName], purpose: String, uses: Int64, until: Timestamp,
        contracts: [ContractReference]? = nil
    ) {
        self.init(nil, datasets, packs, purpose, uses, until, contracts)
    }

    private init(
        _ pool: PoolName?, _ datasets: [DatasetName]?, _ packs: [PackName], _ purpose: String, _ uses: Int64,
        _ until: Timestamp, _ contracts: [ContractReference]?
    ) {
        self.pool = pool
        self.datasets = datasets?.sorted()
        self.packs = packs.sorted()
        self.purpose = purpose
        self.uses = uses
        self.until = until
        self.contracts = contracts?.sorted()
    }
}
