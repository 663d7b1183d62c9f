package import SharingModel

/// What the owners of one dataset say to a request: k of n must approve.
package struct Consent: Codable, Hashable, Sendable {
    /// Sorted; as they were when the request was made.
    package let owners: [PartyName]
    /// k, 1 to the number of owners.
    package let needed: Int
    /// In the order in which they were recorded; one an owner.
    package let decisions: [OwnerDecision]

    package enum Status: String, Codable, Hashable, Sendable {
        case pending
        case given
        /// So many owners said no that k can no longer be reached.
        case denied
    }

    package var status: Status {
        let approvals = decisions.count { $0.approves }
        let denials = decisions.count - approvals
        if approvals >= needed { return .given }
        return owners.count - denials < needed ? .denied : .pending
    }

    /// Owners who have said nothing yet, sorted.
    package var undecided: [PartyName] {
        owners.filter { owner in !decisions.contains { $0.owner == owner } }
    }

    func adding(_ decision: OwnerDecision) -> Consent {
        Consent(owners: owners, needed: needed, decisions: decisions + [decision])
    }

    /// A request's consent before anybody was asked. A requester who owns the data has agreed by requesting.
    static func asked(_ dataset: DatasetRecord, by requester: PartyName, at time: Timestamp) -> Consent {
        let own = OwnerDecision(owner: requester, approves: true, at: time, reason: nil)
        return Consent(
            owners: dataset.owners, needed: dataset.terms.approvals,
            decisions: dataset.owners.contains(requester) ? [own] : [])
    }
}

/// One owner's answer. It is final: an approval is taken back by revoking.
package struct OwnerDecision: Codable, Hashable, Sendable {
    package let owner: PartyName
    package let approves: Bool
    package let at: Timestamp
    package let reason: String?
}
