package import BlobStore
package import SharingModel

/// An opened result.
package struct OpeningRecord: Codable, Hashable, Sendable {
    package let result: Digest
    /// Id of the `opening.record` transaction.
    package let id: Digest
    package let pool: PoolName
    /// Place in the order of the pool's openings, from 0.
    package let number: Int64
    /// Who recorded it: the pool's custodian, or, of a shared key, the requester who combined the holders' parts.
    package let custodian: PartyName
    /// The opening, sealed to the requester.
    package let opening: CID
    /// SHA-256 of the plain opening document.
    package let commitment: Digest
    package let at: Timestamp
    /// Of a shared key: that of the shares.
    package let epoch: Int?
    /// Of a shared key: whose parts were combined, sorted.
    package let holders: [PartyName]?
    /// Of a pool with a custodian, opened without it: the escrow request. `epoch` is then 1, and `holders` are the
    /// escrow's.
    package let request: Digest?
}

/// That the first holder of a shared key has given its part of an opening: it counts in the disclosure guard's history
/// from here on, at this place.
package struct OpeningBegun: Codable, Hashable, Sendable {
    package let result: Digest
    /// Place in the order of the pool's openings, from 0.
    package let number: Int64
    package let at: Timestamp
}

/// A holder's part of an opening.
package struct OpeningPartRecord: Codable, Hashable, Sendable {
    /// Id of the `opening.part` transaction.
    package let id: Digest
    package let holder: PartyName
    /// Of its share.
    package let epoch: Int
    /// The part, sealed to the requester.
    package let part: CID
    /// SHA-256 of the plain part document.
    package let commitment: Digest
    /// The plain part document, where the requester has shown it on the ledger because it does not hold.
    package let reported: CID?
    package let at: Timestamp
}

/// A custodian's or holder's refusal to open.
package struct OpeningRefusalRecord: Codable, Hashable, Sendable {
    package let result: Digest
    /// Id of the `opening.refuse` transaction.
    package let id: Digest
    package let custodian: PartyName
    package let openingsSeen: Int64
    package let reason: String
    package let at: Timestamp
}

/// How many results of a pool were opened.
package struct OpeningCount: Codable, Hashable, Sendable {
    package let count: Int64
}

/// Leads from a place in the order of openings to the result.
package struct OpeningPointer: Codable, Hashable, Sendable {
    package let result: Digest
}
