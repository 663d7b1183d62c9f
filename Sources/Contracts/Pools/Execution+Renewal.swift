import BlobStore
import Foundation
import Paillier
import SharingModel

/// A key in shares as those who renew them find it.
struct RenewableKey {
    /// Of the shares that are in force.
    let values: PublishedValues
    /// The modulus n, big-endian without leading zeros.
    let modulus: Data
    /// Who dealt it first, and may begin a ceremony anew that is another's.
    let dealer: PartyName

    var subject: SharedKeySubject { values.subject }
}

extension Form {
    static func check(dealers: [PartyName]) throws(ContractsError) {
        try check(list: dealers, in: 1...AccessStructure.mostHolders, "dealers")
    }

    static func check(dealt shares: [CID]) throws(ContractsError) {
        try check(length: shares.count, in: 1...AccessStructure.mostHolders, "shares")
    }
}

// One way to refresh and to move shares, whatever key they are of.
extension Execution {
    /// Begins a ceremony: those who deal can do it, and who proposes has a share, or dealt the first ones.
    mutating func renew(
        _ key: RenewableKey, for holders: [PartyName], over structure: AccessStructure, by dealers: [PartyName]
    ) throws {
        guard key.dealer == by || key.values.holders.contains(by) else {
            throw Refusal(
                .notAHolder, key.subject.details.adding("party", by.text).adding("holds", "holds no share of"))
        }
        if let running = try state.ceremony(of: key.subject), running.complaint == nil, running.by != by,
            key.dealer != by, try state.party(running.by) != nil
        {
            throw Refusal(.ceremonyPending, key.subject.details.adding("party", running.by.text))
        }
        try structure.checkTakesSeveral(key.subject)
        let isRefreshing = holders == key.values.holders && structure == key.values.key.structure
        try check(dealers, of: key, isRefreshing: isRefreshing)
        try write(
            ShareCeremony(
                id: transaction.id, by: by, epoch: key.values.key.epoch + 1, holders: holders, structure: structure,
                isRefreshing: isRefreshing, dealers: dealers, dealings: [], key: nil, acknowledged: [],
                complaint: nil),
            to: .ceremony(of: key.subject))
    }

    private func check(_ dealers: [PartyName], of key: RenewableKey, isRefreshing: Bool) throws {
        func insufficient(_ reason: String) -> Refusal {
            Refusal(.dealersInsufficient, key.subject.details.adding("reason", reason))
        }
        guard dealers.allSatisfy(key.values.holders.contains) else { throw insufficient("holders") }
        if isRefreshing { return }
        guard key.values.isQualified(dealers) else { throw insufficient("set") }
        for dealer in dealers where key.values.isQualified(dealers.filter({ $0 != dealer })) {
            throw insufficient("surplus")
        }
    }

    /// Adds what the acting party deals. With the last dealing the values of the next epoch are known.
    mutating func deal(
        _ commitments: ShareCommitments, _ shares: [CID], in id: Digest, of key: RenewableKey
    ) throws {
        let details = key.subject.details
        guard let ceremony = try state.ceremony(of: key.subject), ceremony.id == id, ceremony.key == nil else {
            throw Refusal(.ceremonyUnknown, details.adding("ceremony", id.hex))
        }
        guard ceremony.dealers.contains(by) else {
            throw Refusal(
                .notAHolder, details.adding("party", by.text).adding("holds", "is no dealer in this ceremony of"))
        }
        guard !ceremony.dealings.contains(where: { $0.dealer == by }) else {
            throw Refusal(.alreadyDecided, details.adding("party", by.text))
        }
        guard shares.count == ceremony.holders.count else {
            throw Refusal(.dealingInvalid, details.adding("reason", "values"))
        }
        let present = try thresholdKey(of: key)
        try ceremony.check(commitments, by: key.values.number(of: by), key.values, present)
        let dealings = (ceremony.dealings + [.init(dealer: by, commitments: commitments, shares: shares)])
            .sorted { $0.dealer < $1.dealer }
        let isLast = dealings.count == ceremony.dealers.count
        let next = try isLast ? ceremony.next(dealings, key.values, present) : nil
        try write(ceremony.with(dealings: dealings, key: next), to: .ceremony(of: key.subject))
    }

    /// The values were checked by everyone who executed the block in which they came into force.
    private func thresholdKey(of key: RenewableKey) throws -> ThresholdKey {
        do {
            return try ThresholdKey(key.values.key, of: rules.publicKey(key.modulus))
        } catch {
            throw ContractsError.corruptState(key: StateKey.ceremony(of: key.subject).text)
        }
    }
}

extension ShareCeremony {
    /// Each dealing by itself, so that a wrong one is its dealer's refused transaction and nobody else's trouble.
    fileprivate func check(
        _ commitments: ShareCommitments, by number: Int?, _ present: PublishedValues, _ key: ThresholdKey
    ) throws {
        _ = try Refusal.dealing(of: present.subject) { () throws(PaillierError) in
            if isRefreshing { return try key.checkRefreshing(commitments) }
            guard let number else { throw .unknownHolder(0) }
            try key.checkResharing(commitments, by: number, over: structure)
        }
    }

    /// The values of the next epoch, from what all have dealt.
    fileprivate func next(
        _ dealings: [Dealing], _ present: PublishedValues, _ key: ThresholdKey
    ) throws -> PublishedValues {
        let next = try Refusal.dealing(of: present.subject) { () throws(PaillierError) in
            if isRefreshing { return try key.refreshed(by: dealings.map(\.commitments)) }
            var byHolder: [Int: ShareCommitments] = [:]
            for dealing in dealings {
                if let number = present.number(of: dealing.dealer) { byHolder[number] = dealing.commitments }
            }
            return try key.reshared(over: structure, by: byHolder)
        }
        return PublishedValues(of: present.subject, holders: holders, key: next.record)
    }
}

/// Shares that wait for the acting party's word.
struct PendingShares {
    let ceremony: Digest
    let values: PublishedValues
    let dealers: [PartyName]
    let acknowledged: [PartyName]
    let complaint: ShareComplaint?
    /// `nil` for a first dealing.
    let renewal: ShareCeremony?
}

extension Execution {
    /// A renewal that all dealers have dealt for; `nil` where none of this id is under way.
    func renewal(_ id: Digest, of subject: SharedKeySubject) throws -> PendingShares? {
        guard let ceremony = try state.ceremony(of: subject), ceremony.id == id, let values = ceremony.key else {
            return nil
        }
        return PendingShares(
            ceremony: id, values: values, dealers: ceremony.dealers, acknowledged: ceremony.acknowledged,
            complaint: ceremony.complaint, renewal: ceremony)
    }

    /// Those who have acknowledged with the acting party, which says that it holds its share of `values`; sorted.
    func acknowledging(_ pending: PendingShares, _ values: Digest?) throws -> [PartyName] {
        try checkSpeaks(in: pending)
        guard try pending.values.digest() == values else {
            throw Refusal(
                .ceremonyUnknown, pending.values.subject.details.adding("ceremony", pending.ceremony.hex))
        }
        try checkSilent(in: pending)
        return (pending.acknowledged + [by]).sorted()
    }

    /// The acting party's complaint of what `dealer` dealt to it.
    func complaining(_ pending: PendingShares, of dealer: PartyName, _ reason: String) throws -> ShareComplaint {
        try checkSpeaks(in: pending)
        guard pending.dealers.contains(dealer) else {
            throw Refusal(
                .notAHolder,
                pending.values.subject.details.adding("party", dealer.text)
                    .adding("holds", "has dealt nothing in this ceremony of"))
        }
        try checkSilent(in: pending)
        return ShareComplaint(by: by, dealer: dealer, reason: reason, at: now)
    }

    private func checkSpeaks(in pending: PendingShares) throws {
        let details = pending.values.subject.details
        if let complaint = pending.complaint {
            throw Refusal(
                .ceremonyEnded,
                details.adding("ceremony", pending.ceremony.hex).adding("party", complaint.by.text))
        }
        guard pending.values.holders.contains(by) else {
            throw Refusal(.notAHolder, details.adding("party", by.text).adding("holds", "gets no share of"))
        }
    }

    private func checkSilent(in pending: PendingShares) throws {
        guard !pending.acknowledged.contains(by) else {
            throw Refusal(.alreadyDecided, pending.values.subject.details.adding("party", by.text))
        }
    }
}
