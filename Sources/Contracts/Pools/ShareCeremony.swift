package import BlobStore
package import Paillier
package import SharingModel

/// New shares of the same key on their way: from who proposed them to the last holder's acknowledgement.
package struct ShareCeremony: Codable, Hashable, Sendable {
    /// Id of the `pool.renew` or `escrow.renew` transaction.
    package let id: Digest
    package let by: PartyName
    /// That the shares get.
    package let epoch: Int
    package let holders: [PartyName]
    package let structure: AccessStructure
    /// Whether holders and structure stay: each dealer then shares 0, otherwise its own share.
    package let isRefreshing: Bool
    /// Holders of the present epoch who deal, sorted.
    package let dealers: [PartyName]
    /// What they have dealt so far, sorted by dealer.
    package let dealings: [Dealing]
    /// Once all have dealt.
    package let key: PublishedValues?
    /// Sorted.
    package let acknowledged: [PartyName]
    package let complaint: ShareComplaint?

    package struct Dealing: Codable, Hashable, Sendable {
        package let dealer: PartyName
        package let commitments: ShareCommitments
        /// In the order of the new holders.
        package let shares: [CID]
    }

    /// Dealers whose dealing is missing.
    package var silent: [PartyName] { dealers.filter { dealer in !dealings.contains { $0.dealer == dealer } } }

    func with(
        dealings: [Dealing]? = nil, key: PublishedValues? = nil, acknowledged: [PartyName]? = nil,
        complaint: ShareComplaint? = nil
    ) -> ShareCeremony {
        ShareCeremony(
            id: id, by: by, epoch: epoch, holders: holders, structure: structure, isRefreshing: isRefreshing,
            dealers: dealers, dealings: dealings ?? self.dealings, key: key ?? self.key,
            acknowledged: acknowledged ?? self.acknowledged, complaint: complaint ?? self.complaint)
    }
}

extension LedgerState {
    /// Of a key in shares: those that are being renewed.
    package func ceremony(of subject: SharedKeySubject) throws -> ShareCeremony? {
        try read(ShareCeremony.self, at: .ceremony(of: subject))
    }

    package func ceremony(of pool: PoolName) throws -> ShareCeremony? { try ceremony(of: .pool(pool)) }
}
