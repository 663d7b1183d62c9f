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
        try Form.check(list: dealers, in: 1...AccessStructure.mostHolders, "dealers")
    }

    package func execute(in execution: inout Execution) throws {
        let record = try execution.pool(pool)
        guard record.isInForce else { throw Refusal(.poolNotInForce, ["pool": pool.text]) }
        let sharing: PoolSharing
        if let known = record.sharing, record.custodian == execution.by {
            sharing = known
        } else {
            sharing = try execution.ownShares(of: record)
        }
        if let running = try execution.state.ceremony(of: pool), running.complaint == nil,
            running.by != execution.by, record.custodian != execution.by
        {
            throw Refusal(.ceremonyPending, ["pool": pool.text, "party": running.by.text])
        }
        try structure.checkTakesSeveral(pool)
        for holder in holders { try execution.checkMayHold(holder) }
        let isRefreshing = holders == sharing.key.holders && structure == sharing.key.key.structure
        try checkDealers(sharing, isRefreshing: isRefreshing)
        try execution.write(
            PoolCeremony(
                id: execution.transaction.id, by: execution.by, epoch: sharing.key.key.epoch + 1, holders: holders,
                structure: structure, isRefreshing: isRefreshing, dealers: dealers, dealings: [], key: nil,
                acknowledged: [], complaint: nil),
            to: .poolCeremony(pool))
    }

    private func checkDealers(_ sharing: PoolSharing, isRefreshing: Bool) throws {
        func insufficient(_ reason: String) -> Refusal {
            Refusal(.dealersInsufficient, ["pool": pool.text, "reason": reason])
        }
        guard dealers.allSatisfy(sharing.key.holders.contains) else { throw insufficient("holders") }
        if isRefreshing { return }
        guard sharing.key.isQualified(dealers) else { throw insufficient("set") }
        for dealer in dealers where sharing.key.isQualified(dealers.filter({ $0 != dealer })) {
            throw insufficient("surplus")
        }
    }
}

extension DealShares {
    package func checkForm() throws(ContractsError) {
        try Form.check(length: shares.count, in: 1...AccessStructure.mostHolders, "shares")
    }

    package func execute(in execution: inout Execution) throws {
        let record = try execution.pool(pool)
        guard let ceremony = try execution.state.ceremony(of: pool), ceremony.id == self.ceremony,
            ceremony.key == nil, let sharing = record.sharing
        else { throw Refusal(.ceremonyUnknown, ["pool": pool.text, "ceremony": self.ceremony.hex]) }
        guard ceremony.dealers.contains(execution.by) else {
            throw Refusal(
                .notAHolder,
                ["party": execution.by.text, "pool": pool.text, "holds": "is no dealer in this ceremony of"])
        }
        guard !ceremony.dealings.contains(where: { $0.dealer == execution.by }) else {
            throw Refusal(.alreadyDecided, ["party": execution.by.text, "pool": pool.text])
        }
        guard shares.count == ceremony.holders.count else {
            throw Refusal(.dealingInvalid, ["pool": pool.text, "reason": "values"])
        }
        let key = try execution.thresholdKey(of: record, sharing.key)
        try check(ceremony, sharing.key, key, by: execution.by)
        let dealings = (ceremony.dealings + [.init(dealer: execution.by, commitments: commitments, shares: shares)])
            .sorted { $0.dealer < $1.dealer }
        let next = try dealings.count == ceremony.dealers.count ? ceremony.next(dealings, sharing.key, key) : nil
        try execution.write(ceremony.with(dealings: dealings, key: next), to: .poolCeremony(pool))
    }

    /// Each dealing by itself, so that a wrong one is its dealer's refused transaction and nobody else's trouble.
    private func check(_ ceremony: PoolCeremony, _ present: PoolKey, _ key: ThresholdKey, by dealer: PartyName) throws {
        _ = try Refusal.dealing(pool) { () throws(PaillierError) in
            if ceremony.isRefreshing { return try key.checkRefreshing(commitments) }
            guard let number = present.number(of: dealer) else { throw .unknownHolder(0) }
            try key.checkResharing(commitments, by: number, over: ceremony.structure)
        }
    }
}

extension PoolCeremony {
    /// The key of the next epoch, from what all have dealt.
    fileprivate func next(_ dealings: [Dealing], _ present: PoolKey, _ key: ThresholdKey) throws -> PoolKey {
        let next = try Refusal.dealing(present.pool) { () throws(PaillierError) in
            if isRefreshing { return try key.refreshed(by: dealings.map(\.commitments)) }
            var byHolder: [Int: ShareCommitments] = [:]
            for dealing in dealings {
                if let number = present.number(of: dealing.dealer) { byHolder[number] = dealing.commitments }
            }
            return try key.reshared(over: structure, by: byHolder)
        }
        return PoolKey(pool: present.pool, holders: holders, key: next.record)
    }
}
