import CanonicalJSON
import Contracts
import Foundation
import Ledger
import SharingModel

/// That a request which was granted in full was within the period's limit: the transaction that made it whole wrote how
/// many there were, and its outcome, which the departments cosigned, commits to what it wrote.
struct ProvenLimit {
    private let owner: PartyName
    private let count: EscrowCount?
    private let rule: EscrowRule?

    /// - Parameters:
    ///   - grants: The grants of the request that count.
    ///   - writes: As the file shows them; `nil` where it does not.
    init(
        of owner: PartyName, _ grants: [ProvenLedger.Entry], _ writes: [StateWrite]?, _ ledger: ProvenLedger
    ) throws {
        self.owner = owner
        guard let writes else {
            self.count = nil
            self.rule = nil
            return
        }
        let digest = try writes.digest()
        guard let whole = grants.first(where: { $0.proven.outcome.writes == digest }),
            let rule = ledger.escrowRule(for: owner, at: whole.proven.height),
            let value = writes.first(where: { $0.key == EscrowCount.stateKey(of: owner) })?.value
        else { throw EvidenceError.doesNotHold(.request, "what is shown of the last grant is not what it wrote") }
        let count = try CanonicalJSON.decode(EscrowCount.self, from: value)
        let before = EscrowCount(times: count.times.dropLast())
        guard before.adding(whole.proven.time, under: rule) == count, count.times.count <= rule.mostGrants else {
            throw EvidenceError.doesNotHold(.request, "it was granted beyond the period's limit")
        }
        self.count = count
        self.rule = rule
    }

    func say(_ findings: inout Findings) {
        guard let count, let rule else {
            return findings.lacks(
                "that \(owner) had no more requests granted than the period's limit: the file does not show the count; "
                    + "the departments checked it as they executed the grants, and the whole ledger shows it")
        }
        findings.holds(
            "it was number \(count.times.count) of at most \(rule.mostGrants) requests to \(owner) that were granted in "
                + "full within \(rule.periodSeconds) seconds, as the last grant wrote")
    }
}
