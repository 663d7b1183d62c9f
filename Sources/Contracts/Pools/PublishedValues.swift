import CanonicalJSON
package import Paillier
package import SharingModel

/// Whose key is in shares.
package enum SharedKeySubject: Hashable, Sendable {
    /// The key of a pool, dealt when the pool was created, or deposited in escrow.
    case pool(PoolName)
    /// A department's key for fields, in escrow.
    case fields(PartyName)

    /// As a refusal names it.
    var details: [String: String] {
        switch self {
        case .pool(let name): ["pool": name.text]
        case .fields(let owner): ["owner": owner.text]
        }
    }
}

/// The published values of one epoch, with the holders' names: what a holder acknowledges, by its digest.
package struct PublishedValues: Hashable, Sendable {
    package let subject: SharedKeySubject
    /// In the order of the structure.
    package let holders: [PartyName]
    package let key: ThresholdRecord

    package init(of subject: SharedKeySubject, holders: [PartyName], key: ThresholdRecord) {
        self.subject = subject
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

/// As `{"holders", "key", "pool"}`, with `owner` for `pool` where it is a key for fields.
extension PublishedValues: Codable {
    private enum CodingKeys: String, CodingKey {
        case holders, key, owner, pool
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let pool = try container.decodeIfPresent(PoolName.self, forKey: .pool)
        switch (pool, try container.decodeIfPresent(PartyName.self, forKey: .owner)) {
        case (let pool?, nil): subject = .pool(pool)
        case (nil, let owner?): subject = .fields(owner)
        default:
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "either of a pool or of an owner"))
        }
        holders = try container.decode([PartyName].self, forKey: .holders)
        key = try container.decode(ThresholdRecord.self, forKey: .key)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(holders, forKey: .holders)
        try container.encode(key, forKey: .key)
        switch subject {
        case .pool(let name): try container.encode(name, forKey: .pool)
        case .fields(let owner): try container.encode(owner, forKey: .owner)
        }
    }
}
