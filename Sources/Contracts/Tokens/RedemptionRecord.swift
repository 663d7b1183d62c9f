package import BlobStore
package import SharingModel

/// One use of a token, taken for one plan.
package struct RedemptionRecord: Codable, Hashable, Sendable {
    /// Id of the `token.redeem` transaction.
    package let id: Digest
    package let token: Digest
    package let grantee: PartyName
    package let pool: PoolName
    package let plan: CID
    /// Sorted.
    package let datasets: [DatasetName]
    /// The token's manifests of `datasets`, sorted by text.
    package let inputs: [CID]
    /// Sorted.
    package let packs: [PackName]
    package let contract: ContractCall?
    package let at: Timestamp
    /// Id of the `result.record` transaction, once there is one.
    package let result: Digest?

    func with(result: Digest) -> RedemptionRecord {
        RedemptionRecord(
            id: id, token: token, grantee: grantee, pool: pool, plan: plan, datasets: datasets, inputs: inputs,
            packs: packs, contract: contract, at: at, result: result)
    }
}

/// A query that the disclosure guard refused whole.
package struct QueryRefusalRecord: Codable, Hashable, Sendable {
    /// Id of the `query.refuse` transaction.
    package let id: Digest
    package let token: Digest
    package let by: PartyName
    package let plan: CID
    package let released: Int64
    package let refused: Int64
    package let reason: String
    package let at: Timestamp
}
