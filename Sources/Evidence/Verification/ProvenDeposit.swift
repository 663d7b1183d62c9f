import Contracts
import Foundation
import Ledger
import Paillier
import SharingModel

/// A key in escrow whose shares all their holders have acknowledged: as its owner deposited it, or as the holders renewed
/// it.
struct ProvenDeposit {
    /// In the order in which shares are numbered.
    let holders: [PartyName]
    let shared: ThresholdKey
    /// Id of `escrow.deposit` or `escrow.renew`.
    private let id: Digest
    /// Place of the last acknowledgement.
    private let inForceAt: Int

    var epoch: Int { shared.epoch }

    func isQualified(_ parties: some Sequence<PartyName>) -> Bool {
        shared.structure.isQualified(Set(parties.compactMap { holders.firstIndex(of: $0).map { $0 + 1 } }))
    }

    /// - Parameters:
    ///   - epoch: Of the shares.
    ///   - values: As the file shows them; those of a first deposit stand in its transaction.
    init(of claim: EscrowClaim, epoch: Int, _ values: PublishedValues?, _ ledger: ProvenLedger) throws {
        let record: ThresholdRecord
        let begun: ProvenLedger.Entry
        let said: [ProvenLedger.Entry]
        let own = ledger.all(AcknowledgeDeposit.self).filter {
            $0.body.owner == claim.owner && $0.body.pool == claim.pool
        }
        let dealt = ledger.all(DepositKey.self).filter {
            $0.entry.by == claim.owner && $0.body.pool == claim.pool && $0.body.record.epoch == epoch
        }
        if let deposit = dealt.first {
            guard dealt.count == 1 else { throw EvidenceError.doesNotHold(.deposit, "there are two of epoch \(epoch)") }
            (record, begun) = (deposit.body.record, deposit.entry)
            said = own.filter { $0.body.deposit == deposit.entry.id }.map(\.entry)
        } else {
            guard let values, values.subject == claim.subject, values.key.epoch == epoch else {
                throw EvidenceError.doesNotHold(.deposit, "the published values of its shares are missing")
            }
            let digest = try values.digest()
            let named = own.filter { $0.body.key == digest }
            let renewed = try ledger.one(RenewDeposit.self, of: .deposit) { entry, body in
                body.owner == claim.owner && body.pool == claim.pool && entry.id == named.first?.body.deposit
            }
            (record, begun) = (values.key, renewed.entry)
            said = named.filter { $0.body.deposit == renewed.entry.id }.map(\.entry)
        }
        guard let rule = ledger.escrowRule(for: claim.owner, at: begun.proven.height) else {
            throw EvidenceError.doesNotHold(.deposit, "the policy has no escrow of \(claim.owner)")
        }
        let parties = rule.holders.parties
        guard try record.structure == rule.structure(),
            values.map({ $0.holders == parties && $0.key == record }) ?? true
        else { throw EvidenceError.doesNotHold(.deposit, "it is not shared as the policy says") }
        guard Set(said.map(\.by)) == Set(parties), let last = said.map(\.proven.index).max() else {
            throw EvidenceError.doesNotHold(.deposit, "not all holders had acknowledged their shares")
        }
        do {
            shared = try ThresholdKey(record, of: claim.key)
        } catch {
            throw EvidenceError.doesNotHold(.deposit, "what is shared is not the key of \(claim.owner): \(error)")
        }
        (id, holders, inForceAt) = (begun.id, parties, last)
    }

    /// That all had acknowledged when it was first made use of: by the request, where it was made under this deposit, and
    /// by the first grant otherwise.
    func check(asked: ProvenLedger.Entry, under deposit: Digest, granted: [ProvenLedger.Entry]) throws {
        let first = deposit == id ? asked.proven.index : granted.map(\.proven.index).min() ?? Int.max
        guard inForceAt < first else {
            throw EvidenceError.doesNotHold(.deposit, "not all holders had acknowledged their shares")
        }
    }
}
