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
    package let custodian: PartyName
    /// The opening, sealed to the requester.
    package let opening: CID
    /// SHA-256 of the plain opening document.
    package let commitment: Digest
    package let at: Timestamp
}

/// A custodian's refusal to open.
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
