package import BlobStore
package import Paillier
package import SharingModel

/// `pool.renew`: new shares of the same key are to be dealt. With the same holders and structure they are refreshed,
/// otherwise reshared.
package struct RenewShares: TransactionBody {
    package static let kind = TransactionKind.renewShares
    package let pool: PoolName
    /// In the order of the structure, each once.
    package let holders: [PartyName]
    package let structure: AccessStructure
    /// Holders of the present epoch who deal, sorted. Those of a resharing can open together, and none of them is
    /// superfluous for it; those of a refreshing can be any.
    package let dealers: [PartyName]

    package init(pool: PoolName, holders: [PartyName], structure: AccessStructure, dealers: [PartyName]) {
        self.pool = pool
        self.holders = holders
        self.structure = structure
        self.dealers = dealers.sorted()
    }
}

/// `pool.deal`: what one of the dealers adds.
package struct DealShares: TransactionBody {
    package static let kind = TransactionKind.dealShares
    package let pool: PoolName
    /// Id of the `pool.renew` transaction.
    package let ceremony: Digest
    package let commitments: ShareCommitments
    /// In the order of the new holders: what each gets, sealed to it.
    package let shares: [CID]

    package init(pool: PoolName, ceremony: Digest, commitments: ShareCommitments, shares: [CID]) {
        self.pool = pool
        self.ceremony = ceremony
        self.commitments = commitments
        self.shares = shares
    }
}

extension RenewShares {
    package func checkForm() throws(ContractsError) {
        try Form.check(holders: holders, of: structure)
        try Form.check(dealers: dealers)
    }

    package func execute(in execution: inout Execution) throws {
        let record = try execution.pool(pool)
        guard record.isInForce else { throw Refusal(.poolNotInForce, ["pool": pool.text]) }
        let key = try execution.renewableKey(of: record)
        for holder in holders { try execution.checkMayHold(holder) }
        try execution.renew(key, for: holders, over: structure, by: dealers)
    }
}

extension DealShares {
    package func checkForm() throws(ContractsError) { try Form.check(dealt: shares) }

    package func execute(in execution: inout Execution) throws {
        let key = try execution.renewableKey(of: execution.pool(pool))
        try execution.deal(commitments, shares, in: ceremony, of: key)
    }
}

extension Execution {
    /// The key of a pool as it is in force.
    fileprivate func renewableKey(of pool: PoolRecord) throws -> RenewableKey {
        guard let sharing = pool.sharing else {
            throw Refusal(.notAHolder, ["party": by.text, "pool": pool.name.text, "holds": "holds no share of"])
        }
        return RenewableKey(values: sharing.key, modulus: pool.modulus, dealer: pool.custodian)
    }
}
