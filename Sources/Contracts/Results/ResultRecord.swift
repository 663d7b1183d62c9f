package import BlobStore
package import SharingModel

/// A computed result, as its executor submitted it. Never rewritten.
package struct ResultRecord: Codable, Hashable, Sendable {
    /// Id of the `result.record` transaction.
    package let id: Digest
    package let redemption: Digest
    package let token: Digest
    package let executor: PartyName
    package let pool: PoolName
    package let plan: CID
    /// Manifests that were computed on, sorted by text.
    package let inputs: [CID]
    package let result: CID
    package let releasedGroups: Int64
    package let refusedGroups: Int64
    package let at: Timestamp
}

/// What another department says of a result. Its last word counts: an endorsement takes back its dispute, and the
/// other way round.
package struct ResultStatement: Codable, Hashable, Sendable {
    package let party: PartyName
    package let verdict: Verdict
    /// CID of what it computed.
    package let computed: CID?
    package let reason: String?
    /// Whether the department owns one of the inputs: its dispute then stands in the way of an opening.
    package let ownsInput: Bool
    package let at: Timestamp

    package enum Verdict: String, Codable, Hashable, Sendable {
        case endorsed
        case disputed
    }
}

/// A result with all that was said and done about it.
package struct RecordedResult: Hashable, Sendable {
    package let record: ResultRecord
    /// Sorted by party.
    package let statements: [ResultStatement]
    package let opening: OpeningRecord?
    /// The custodian's last refusal to open.
    package let openingRefusal: OpeningRefusalRecord?
    /// Of a shared key: since the first holder has given its part.
    package let begun: OpeningBegun?
    /// Of a shared key, by holder.
    package let parts: [OpeningPartRecord]
    /// Of a shared key: every part that was ever reported, by holder and epoch.
    package let reports: [OpeningPartRecord]
    /// Of a shared key: the holders' last refusals.
    package let partRefusals: [OpeningRefusalRecord]

    package var endorsements: [ResultStatement] { statements.filter { $0.verdict == .endorsed } }
    package var disputes: [ResultStatement] { statements.filter { $0.verdict == .disputed } }
    /// Disputes that stand in the way of an opening: those of owners of the inputs.
    package var blockingDisputes: [ResultStatement] { disputes.filter(\.ownsInput) }
}
