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

extension EscrowClaim {
    var subject: SharedKeySubject { pool.map { .pool($0) } ?? .fields(owner) }
}

/// That an opening was asked for with a reason, told to the owner by the same transaction, and granted, after the waiting
/// time and within the period's limit, by holders who suffice without whoever asked.
struct ProvenRequest {
    let id: Digest
    let requester: PartyName
    let grants: [PartyName: GrantOpening]
    /// `nil` where no use is recorded.
    let use: UseOpening?
    private let deposit: ProvenDeposit

    var shared: ThresholdKey { deposit.shared }
    /// In the order in which shares are numbered.
    var holders: [PartyName] { deposit.holders }

    init(
        _ id: Digest, of claim: EscrowClaim, _ shown: GrantingEvidence, _ ledger: ProvenLedger,
        _ findings: inout Findings
    ) throws {
        let asked = try ledger.one(RequestOpening.self, of: .request) { entry, _ in entry.id == id }
        guard let rule = ledger.escrowRule(for: claim.owner, at: asked.entry.proven.height) else {
            throw EvidenceError.doesNotHold(.request, "the policy has no escrow of \(claim.owner)")
        }
        guard asked.body.what == claim.what, claim.after < asked.entry.proven.index else {
            throw EvidenceError.doesNotHold(.request, "it is of another thing")
        }
        self.id = id
        requester = asked.entry.by
        let request = try ProvenRequest.told(asked, of: claim, rule, ledger, &findings)
        let given = ledger.all(GrantOpening.self).filter { $0.body.request == id }
        // A grant with shares that others have taken the place of since counts for nothing.
        let epoch = given.map { $0.body.epoch ?? 1 }.max() ?? shown.sharedKey?.key.epoch ?? 1
        let counted = given.filter { ($0.body.epoch ?? 1) == epoch }
        deposit = try ProvenDeposit(of: claim, epoch: epoch, shown.sharedKey, ledger)
        try deposit.check(asked: asked.entry, under: request.deposit, granted: counted.map(\.entry))
        grants = try ProvenRequest.grants(counted, request, deposit)
        for denial in ledger.all(DenyOpening.self) where denial.body.request == id {
            findings.holds("\(denial.entry.by) denied it, because: '\(denial.body.reason)'")
        }
        guard deposit.isQualified(grants.keys) else {
            findings.lacks("that enough holders granted it")
            use = nil
            return
        }
        let names = grants.keys.sorted().map(\.text).joined(separator: ", ")
        findings.holds(
            "\(names) granted it, none before \(request.notBefore), when the waiting time of \(rule.waitSeconds) "
                + "seconds was over; by the policy they suffice, and who asked is none of them")
        try ProvenLimit(of: claim.owner, counted.map(\.entry), shown.writes, ledger).say(&findings)
        use = try ProvenRequest.use(of: request, grants, deposit, ledger, &findings)
    }

    /// The request as the ledger wrote it, with the notices: its outcome commits to them, or its digest is another. So it
    /// does to the deposit that was in force.
    private static func told(
        _ asked: (entry: ProvenLedger.Entry, body: RequestOpening), of claim: EscrowClaim, _ rule: EscrowRule,
        _ ledger: ProvenLedger, _ findings: inout Findings
    ) throws -> EscrowRequest {
        let deposits =
            ledger.all(DepositKey.self).filter { $0.entry.by == claim.owner && $0.body.pool == claim.pool }.map(\.entry)
            + ledger.all(RenewDeposit.self).filter { $0.body.owner == claim.owner && $0.body.pool == claim.pool }
            .map(\.entry)
        let requests = deposits.filter { $0.proven.index < asked.entry.proven.index }.map { deposit in
            EscrowRequest(
                id: asked.entry.id, requester: asked.entry.by, terms: asked.body, at: asked.entry.proven.time,
                owner: claim.owner, dataset: claim.dataset, pool: claim.pool, deposit: deposit.id,
                waitSeconds: rule.waitSeconds)
        }
        let writes = asked.entry.proven.outcome.writes
        let others = rule.told + claim.owners
        guard let request = try requests.first(where: { try $0.firstWrites(told: others) == writes }) else {
            throw EvidenceError.doesNotHold(.request, "its outcome is not that the owner was told")
        }
        let told = Set(others + [claim.owner]).sorted().map(\.text).joined(separator: ", ")
        findings.holds(
            "\(request.requester) asked for it at \(request.at), because: '\(asked.body.reason)'; the same transaction "
                + "told \(told)")
        return request
    }

    /// Those that count, each by who could grant, in its time.
    private static func grants(
        _ given: [(entry: ProvenLedger.Entry, body: GrantOpening)], _ request: EscrowRequest, _ deposit: ProvenDeposit
    ) throws -> [PartyName: GrantOpening] {
        var grants: [PartyName: GrantOpening] = [:]
        for grant in given {
            let (holder, time) = (grant.entry.by, grant.entry.proven.time)
            guard deposit.holders.contains(holder), holder != request.requester, grants[holder] == nil else {
                throw EvidenceError.doesNotHold(.request, "\(holder) could not grant it")
            }
            guard request.notBefore <= time, time < request.terms.until else {
                throw EvidenceError.doesNotHold(.request, "\(holder) granted it at \(time), out of its time")
            }
            grants[holder] = grant.body
        }
        return grants
    }

    /// The use that was made of it.
    private static func use(
        of request: EscrowRequest, _ grants: [PartyName: GrantOpening], _ deposit: ProvenDeposit,
        _ ledger: ProvenLedger, _ findings: inout Findings
    ) throws -> UseOpening? {
        let uses = ledger.all(UseOpening.self).filter { $0.body.request == request.id }
        guard let use = uses.first else {
            findings.lacks("that it was opened: no use of it is recorded here")
            return nil
        }
        guard uses.count == 1, use.entry.by == request.requester, Set(use.body.used).isSubset(of: grants.keys),
            deposit.isQualified(use.body.used), use.entry.proven.time < request.terms.until
        else { throw EvidenceError.doesNotHold(.request, "the use is not of these grants") }
        let wrong = use.body.wrong.isEmpty ? "" : "; wrong by its word are those of \(list(use.body.wrong))"
        findings.holds(
            "\(request.requester) recorded the use at \(use.entry.proven.time), with the parts of "
                + list(use.body.used) + wrong)
        return use.body
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
