import Contracts
import Foundation
import Ledger
import Paillier
import SharingModel

/// That a result was opened by escrow, without the pool's custodian: on a request of the grantee, by holders who suffice.
struct ProvenRecovery {
    let pool: PoolName
    let key: PublishedValues
    let request: ProvenRequest

    init(_ file: EvidenceFile, _ ledger: ProvenLedger, _ grant: ProvenGrant, _ findings: inout Findings) throws {
        let recorded = try ledger.one(RecordResult.self, of: .result) { entry, _ in entry.id == file.content.result }
        let used = try ledger.one(UseOpening.self, of: .opening) { _, body in body.opening != nil }
        request = try ProvenRequest(
            used.body.request,
            of: EscrowClaim(
                owner: grant.custodian, key: grant.key, what: .result(recorded.entry.id), pool: grant.pool.name,
                after: recorded.entry.proven.index),
            file.granting, ledger, &findings)
        let shown = PublishedValues(
            of: .pool(grant.pool.name), holders: request.holders, key: request.shared.record)
        guard file.sharedKey == shown, request.requester == grant.grantee else {
            throw EvidenceError.doesNotHold(.opening, "the published values or the requester are others")
        }
        key = shown
        pool = grant.pool.name
    }

    /// Whose parts they are, and that each was signed for; what they give was checked with their proofs.
    func check(_ document: OpeningDocument, ciphertexts: Int, _ findings: inout Findings) throws {
        guard let use = request.use, try document.commitment() == use.opening?.commitment else {
            throw EvidenceError.doesNotHold(.opening, "it is not the one that the requester recorded")
        }
        for holder in use.used {
            let part = document.parts?.first { $0.holder == key.number(of: holder) }
            let plain = PartDocument(result: document.result, computed: document.computed, part: part)
            guard ciphertexts == 0 || part != nil, try request.grants[holder]?.grant?.part == plain.commitment() else {
                throw EvidenceError.doesNotHold(.opening, "the part of \(holder) is not the one that it signed for")
            }
        }
        findings.holds(
            "the custodian of pool \(pool) had no part in the opening: the proofs of the holders' parts hold, and "
                + "they open the \(ciphertexts) ciphertexts")
    }
}
