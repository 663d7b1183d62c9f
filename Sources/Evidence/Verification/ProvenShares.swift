import Contracts
import Foundation
import Paillier
import SharingModel

/// That the published values of a shared key are those that the holders have acknowledged, and that the parts which
/// opened the result are the ones that the ledger has.
struct ProvenShares {
    let key: PublishedValues
    private let ceremony: Digest

    /// Every holder of the epoch has signed the digest of its published values, and the ledger, which accepted that,
    /// knew them to share the pool's key.
    init(_ file: EvidenceFile, _ ledger: ProvenLedger, _ grant: ProvenGrant) throws {
        guard let key = file.sharedKey, key.subject == .pool(grant.pool.name),
            key.holders.count == key.key.structure.holderCount
        else { throw EvidenceError.doesNotHold(.opening, "the published values of the shares are missing") }
        self.key = key
        let digest = try key.digest()
        let acknowledged = ledger.all(AcknowledgeShare.self).filter {
            $0.body.pool == grant.pool.name && $0.body.key == digest
        }
        guard let ceremony = acknowledged.first?.body.ceremony,
            Set(acknowledged.filter { $0.body.ceremony == ceremony }.map(\.entry.by)) == Set(key.holders)
        else {
            throw EvidenceError.doesNotHold(.opening, "not all holders have acknowledged the shares' published values")
        }
        self.ceremony = ceremony
    }

    /// Whose parts they are, and that each was recorded; what they give was checked with their proofs.
    func check(
        _ document: OpeningDocument, _ ledger: ProvenLedger, _ grant: ProvenGrant, ciphertexts: Int,
        _ findings: inout Findings
    ) throws {
        let combined = try ledger.one(CombineOpening.self, of: .opening) { _, body in body.result == document.result }
        guard combined.entry.by == grant.grantee, combined.body.epoch == key.key.epoch,
            try document.commitment() == combined.body.commitment, key.isQualified(combined.body.holders),
            !combined.body.holders.contains(grant.grantee)
        else { throw EvidenceError.doesNotHold(.opening, "it is not the one that the requester recorded") }
        let given = ledger.all(RecordPart.self).filter {
            $0.body.result == document.result && $0.body.epoch == key.key.epoch
        }
        for holder in combined.body.holders {
            let part = document.parts?.first { $0.holder == key.number(of: holder) }
            guard ciphertexts == 0 || part != nil else {
                throw EvidenceError.doesNotHold(.opening, "the part of \(holder) is missing")
            }
            let commitment = try PartDocument(result: document.result, computed: document.computed, part: part)
                .commitment()
            guard given.contains(where: { $0.entry.by == holder && $0.body.commitment == commitment }) else {
                throw EvidenceError.doesNotHold(.opening, "the part of \(holder) is not the one that it recorded")
            }
        }
        findings.holds(
            "the key of pool \(grant.pool.name) is in shares, epoch \(key.key.epoch): all \(key.holders.count) holders "
                + "acknowledged theirs, and \(combined.body.holders.map(\.text).joined(separator: ", ")) recorded parts "
                + "of this opening before they gave them out, while the token was valid; their proofs hold, and they "
                + "open the \(ciphertexts) ciphertexts")
        findings.lacks(
            "that the dealer of pool \(grant.pool.name), \(grant.custodian), has forgotten the key, and that no holders opened "
                + "anything together off the ledger")
    }
}
