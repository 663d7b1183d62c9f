package import BlobStore
import CanonicalJSON
import Foundation
package import Paillier
package import SharingModel

/// A dealing of a key in shares, as its dealer publishes it.
package struct SharedKey: Codable, Hashable, Sendable {
    /// In the order of the structure, each once.
    package let holders: [PartyName]
    /// Structure, commitments and epoch.
    package let key: ThresholdRecord
    /// In the order of the holders: each one's share, sealed to it.
    package let shares: [CID]

    package init(holders: [PartyName], key: ThresholdRecord, shares: [CID]) {
        self.holders = holders
        self.key = key
        self.shares = shares
    }
}

/// The published values of one epoch, with the holders' names: what a holder acknowledges, by its digest.
package struct PoolKey: Codable, Hashable, Sendable {
    package let pool: PoolName
    /// In the order of the structure.
    package let holders: [PartyName]
    package let key: ThresholdRecord

    package init(pool: PoolName, holders: [PartyName], key: ThresholdRecord) {
        self.pool = pool
        self.holders = holders
        self.key = key
    }

    /// SHA-256 of its canonical JSON.
    package func digest() throws -> Digest { .sha256(try CanonicalJSON.encode(self)) }

    /// 1, 2, … in the order of the structure.
    package func number(of holder: PartyName) -> Int? { holders.firstIndex(of: holder).map { $0 + 1 } }

    /// Whether these may open together.
    package func isQualified(_ parties: some Sequence<PartyName>) -> Bool {
        key.structure.isQualified(Set(parties.compactMap { number(of: $0) }))
    }
}

/// The shares of a pool's key that are in force, or wait for their holders since the pool was created.
package struct PoolSharing: Codable, Hashable, Sendable {
    /// Id of the transaction that began the ceremony: `pool.create` or `pool.renew`.
    package let ceremony: Digest
    package let key: PoolKey
    /// Of the dealer's ceremony, in the order of the holders: the sealed shares.
    package let shares: [CID]
    /// Sorted.
    package let acknowledged: [PartyName]
    package let complaint: ShareComplaint?

    package var isAcknowledged: Bool { acknowledged.count == key.holders.count }

    func with(acknowledged: [PartyName]) -> PoolSharing {
        PoolSharing(ceremony: ceremony, key: key, shares: shares, acknowledged: acknowledged, complaint: complaint)
    }

    func with(_ complaint: ShareComplaint) -> PoolSharing {
        PoolSharing(ceremony: ceremony, key: key, shares: shares, acknowledged: acknowledged, complaint: complaint)
    }
}

/// What a holder says who did not get the share that was published. It ends the ceremony.
package struct ShareComplaint: Codable, Hashable, Sendable {
    package let by: PartyName
    /// Whose dealing it is about.
    package let dealer: PartyName
    package let reason: String
    package let at: Timestamp
}

/// New shares of the same key on their way: from who proposed them to the last holder's acknowledgement.
package struct PoolCeremony: Codable, Hashable, Sendable {
    /// Id of the `pool.renew` transaction.
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
    package let key: PoolKey?
    /// Sorted.
    package let acknowledged: [PartyName]
    package let complaint: ShareComplaint?

    package struct Dealing: Codable, Hashable, Sendable {
        package let dealer: PartyName
        package let commitments: ShareCommitments
        /// In the order of the new holders.
        package let shares: [CID]
    }

    func with(
        dealings: [Dealing]? = nil, key: PoolKey? = nil, acknowledged: [PartyName]? = nil,
        complaint: ShareComplaint? = nil
    ) -> PoolCeremony {
        PoolCeremony(
            id: id, by: by, epoch: epoch, holders: holders, structure: structure, isRefreshing: isRefreshing,
            dealers: dealers, dealings: dealings ?? self.dealings, key: key ?? self.key,
            acknowledged: acknowledged ?? self.acknowledged, complaint: complaint ?? self.complaint)
    }
}

extension LedgerState {
    /// Of a pool whose key is in shares: those that are being renewed.
    package func ceremony(of pool: PoolName) throws -> PoolCeremony? {
        try read(PoolCeremony.self, at: .poolCeremony(pool))
    }

    /// The published values of an epoch that is or was in force.
    package func poolKey(_ pool: PoolName, epoch: Int) throws -> PoolKey? {
        try read(PoolKey.self, at: .poolEpoch(pool, epoch))
    }
}
