package import BlobStore
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

/// The shares of a pool's key that are in force, or wait for their holders since the pool was created.
package struct PoolSharing: Codable, Hashable, Sendable {
    /// Id of the transaction that began the ceremony: `pool.create` or `pool.renew`.
    package let ceremony: Digest
    package let key: PublishedValues
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

extension LedgerState {
    /// The published values of an epoch of a pool's shares that is or was in force, dealt or in escrow.
    package func publishedValues(of pool: PoolName, epoch: Int) throws -> PublishedValues? {
        try read(PublishedValues.self, at: .poolEpoch(pool, epoch))
    }
}
