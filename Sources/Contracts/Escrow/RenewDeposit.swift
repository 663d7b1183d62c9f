package import BlobStore
package import Paillier
package import SharingModel

/// `escrow.renew`: the holders of a deposit make new shares of the same key, without its owner. While the policy names the
/// holders that there are, the shares are refreshed; when it names others, they are moved to those.
package struct RenewDeposit: TransactionBody {
    package static let kind = TransactionKind.renewDeposit
    package let owner: PartyName
    /// As in the deposit.
    package let pool: PoolName?
    /// Holders of the deposit in force who deal, as in ``RenewShares/dealers``.
    package let dealers: [PartyName]

    package init(owner: PartyName, pool: PoolName? = nil, dealers: [PartyName]) {
        self.owner = owner
        self.pool = pool
        self.dealers = dealers.sorted()
    }

    package func checkForm() throws(ContractsError) { try Form.check(dealers: dealers) }

    package func execute(in execution: inout Execution) throws {
        let key = try execution.renewableKey(of: owner, pool)
        let rule = try execution.escrowRule(for: owner)
        try execution.renew(key, for: rule.holders.parties, over: rule.structure(), by: dealers)
    }
}

/// `escrow.deal`: what one of the dealers adds.
package struct DealDeposit: TransactionBody {
    package static let kind = TransactionKind.dealDeposit
    package let owner: PartyName
    /// As in the deposit.
    package let pool: PoolName?
    /// Id of the `escrow.renew` transaction.
    package let ceremony: Digest
    package let commitments: ShareCommitments
    /// In the order of the new holders: what each gets, sealed to it.
    package let shares: [CID]

    package init(
        owner: PartyName, pool: PoolName? = nil, ceremony: Digest, commitments: ShareCommitments, shares: [CID]
    ) {
        self.owner = owner
        self.pool = pool
        self.ceremony = ceremony
        self.commitments = commitments
        self.shares = shares
    }

    package func checkForm() throws(ContractsError) { try Form.check(dealt: shares) }

    package func execute(in execution: inout Execution) throws {
        let key = try execution.renewableKey(of: owner, pool)
        try execution.deal(commitments, shares, in: ceremony, of: key)
    }
}

extension Execution {
    /// The key of a deposit that is in force.
    fileprivate func renewableKey(of owner: PartyName, _ pool: PoolName?) throws -> RenewableKey {
        guard let deposit = try state.deposit(of: owner, pool: pool), deposit.owner == owner, deposit.isComplete,
            let modulus = try pool.map({ try self.pool($0).modulus }) ?? state.fieldKey(of: owner)?.modulus
        else {
            throw Refusal(
                .escrowMissing,
                ["party": owner.text, "missing": "all"].merging(pool.map { ["pool": $0.text] } ?? [:]) { own, _ in own }
            )
        }
        return RenewableKey(values: deposit.values, modulus: modulus, dealer: owner)
    }
}
