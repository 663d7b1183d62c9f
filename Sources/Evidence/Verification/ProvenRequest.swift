import CanonicalJSON
import Contracts
import Foundation
import Ledger
import Paillier
import SharingModel

/// What a request has to be of.
struct EscrowClaim {
    /// Whose escrow it is.
    let owner: PartyName
    let key: PublicKey
    let what: EscrowSubject
    /// Of a cell.
    var dataset: DatasetName?
    /// Of a cell: all who own the dataset.
    var owners: [PartyName] = []
    /// Of a result.
    var pool: PoolName?
    /// Place of the transaction that it came after.
    let after: Int
}

/// That an opening was asked for with a reason, told to the owner by the same transaction, and granted, after the waiting
/// time, by holders who suffice without whoever asked.
struct ProvenRequest {
    let id: Digest
    let requester: PartyName
    let shared: ThresholdKey
    /// In the order in which shares are numbered.
    let holders: [PartyName]
    let grants: [PartyName: GrantOpening]
    /// `nil` where no use is recorded.
    let use: UseOpening?

    init(
        _ id: Digest, of claim: EscrowClaim, _ founding: FoundingRecord, _ ledger: ProvenLedger,
        _ findings: inout Findings
    ) throws {
        let asked = try ledger.one(RequestOpening.self, of: .request) { entry, _ in entry.id == id }
        guard let rule = founding.policy.escrow?.rule(for: claim.owner) else {
            throw EvidenceError.doesNotHold(.request, "the policy has no escrow of \(claim.owner)")
        }
        guard asked.body.what == claim.what, claim.after < asked.entry.proven.index else {
            throw EvidenceError.doesNotHold(.request, "it is of another thing")
        }
        let deposit = try ProvenRequest.deposit(for: claim, rule, before: asked.entry, ledger)
        do {
            shared = try ThresholdKey(deposit.body.record, of: claim.key)
        } catch {
            throw EvidenceError.doesNotHold(.deposit, "what is shared is not the key of \(claim.owner): \(error)")
        }
        self.id = id
        requester = asked.entry.by
        holders = rule.holders.parties
        let request = EscrowRequest(
            id: id, requester: requester, terms: asked.body, at: asked.entry.proven.time,
            owner: claim.owner, dataset: claim.dataset, pool: claim.pool, deposit: deposit.entry.id,
            waitSeconds: rule.waitSeconds)
        // The outcome commits to what was written: the notices are in it, or its digest is another.
        guard try request.firstWrites(told: rule.told + claim.owners) == asked.entry.proven.outcome.writes else {
            throw EvidenceError.doesNotHold(.request, "its outcome is not that the owner was told")
        }
        let told = Set(rule.told + claim.owners + [claim.owner]).sorted().map(\.text).joined(separator: ", ")
        findings.holds(
            "\(requester) asked for it at \(request.at), because: '\(asked.body.reason)'; the same transaction told "
                + told)
        (grants, use) = try ProvenRequest.words(on: request, rule, ledger, &findings)
    }

    /// What all holders had acknowledged before anybody asked.
    private static func deposit(
        for claim: EscrowClaim, _ rule: EscrowRule, before asked: ProvenLedger.Entry, _ ledger: ProvenLedger
    ) throws -> (entry: ProvenLedger.Entry, body: DepositKey) {
        let deposit = try ledger.one(DepositKey.self, of: .deposit) { entry, body in
            entry.by == claim.owner && body.pool == claim.pool
        }
        let acknowledged = ledger.all(AcknowledgeDeposit.self).filter {
            $0.body.deposit == deposit.entry.id && $0.entry.proven.index < asked.proven.index
        }
        guard Set(acknowledged.map(\.entry.by)) == Set(rule.holders.parties) else {
            throw EvidenceError.doesNotHold(.deposit, "not all holders had acknowledged their shares")
        }
        guard try deposit.body.record.structure == rule.structure() else {
            throw EvidenceError.doesNotHold(.deposit, "it is not shared as the policy says")
        }
        return deposit
    }

    /// Who granted and who denied, and the use that was made of it.
    private static func words(
        on request: EscrowRequest, _ rule: EscrowRule, _ ledger: ProvenLedger, _ findings: inout Findings
    ) throws -> ([PartyName: GrantOpening], UseOpening?) {
        var grants: [PartyName: GrantOpening] = [:]
        for grant in ledger.all(GrantOpening.self) where grant.body.request == request.id {
            let (holder, time) = (grant.entry.by, grant.entry.proven.time)
            guard rule.holders.parties.contains(holder), holder != request.requester, grants[holder] == nil else {
                throw EvidenceError.doesNotHold(.request, "\(holder) could not grant it")
            }
            guard request.notBefore <= time, time < request.terms.until else {
                throw EvidenceError.doesNotHold(.request, "\(holder) granted it at \(time), out of its time")
            }
            grants[holder] = grant.body
        }
        for denial in ledger.all(DenyOpening.self) where denial.body.request == request.id {
            findings.holds("\(denial.entry.by) denied it, because: '\(denial.body.reason)'")
        }
        guard rule.isQualified(grants.keys) else {
            findings.lacks("that enough holders granted it")
            return (grants, nil)
        }
        let names = grants.keys.sorted().map(\.text).joined(separator: ", ")
        findings.holds(
            "\(names) granted it, none before \(request.notBefore), when the waiting time of \(rule.waitSeconds) "
                + "seconds was over; by the policy they suffice, and who asked is none of them")
        findings.lacks(
            "that \(request.owner) had no more than \(rule.mostGrants) requests granted within \(rule.periodSeconds) "
                + "seconds: the departments checked it as they executed the grants, and the whole ledger shows it")
        let uses = ledger.all(UseOpening.self).filter { $0.body.request == request.id }
        guard let use = uses.first else {
            findings.lacks("that it was opened: no use of it is recorded here")
            return (grants, nil)
        }
        guard uses.count == 1, use.entry.by == request.requester, Set(use.body.used).isSubset(of: grants.keys),
            rule.isQualified(use.body.used), use.entry.proven.time < request.terms.until
        else { throw EvidenceError.doesNotHold(.request, "the use is not of these grants") }
        let wrong = use.body.wrong.isEmpty ? "" : "; wrong by its word are those of \(list(use.body.wrong))"
        findings.holds(
            "\(request.requester) recorded the use at \(use.entry.proven.time), with the parts of "
                + list(use.body.used) + wrong)
        return (grants, use.body)
    }

    private static func list(_ parties: [PartyName]) -> String { parties.map(\.text).joined(separator: ", ") }

    /// The parts that the use names, each as its holder signed for it.
    func check(cellParts parts: [PartialDecryption]) throws {
        guard let use else { throw EvidenceError.doesNotHold(.opening, "no use of it is recorded") }
        guard parts.count == use.used.count, zip(parts, parts.dropFirst()).allSatisfy({ $0.holder < $1.holder }) else {
            throw EvidenceError.doesNotHold(.opening, "its parts are not those of the recorded use")
        }
        for part in parts {
            guard holders.indices.contains(part.holder - 1), use.used.contains(holders[part.holder - 1]),
                try grants[holders[part.holder - 1]]?.grant?.part == .sha256(CanonicalJSON.encode(part))
            else { throw EvidenceError.doesNotHold(.opening, "a part is not the one that its giver signed for") }
        }
    }
}
