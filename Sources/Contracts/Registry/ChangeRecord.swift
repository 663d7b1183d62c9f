package import Foundation
package import SharingModel

extension ChangeProposal {
    /// Where it stands in the state.
    package var stateKey: String { StateKey.proposal(id).text }
}

/// A change of the registry that was proposed, and who agrees.
package struct ChangeProposal: Codable, Hashable, Sendable {
    /// Departments that agree, sorted. Who is no department any more is not counted.
    package let approvals: [PartyName]
    package let by: PartyName
    /// Height at which it takes effect; `nil` until it is decided.
    package let decided: Int64?
    /// Height that was asked for.
    package let effective: Int64?
    /// Id of the proposing transaction.
    package let id: Digest
    package let change: RegistryChange
    /// Whom it is about.
    package let name: PartyName
    /// It can be approved up to this block time.
    package let until: Timestamp

    /// Seconds for which a proposal stays open.
    static let openSeconds: Int64 = 30 * 86_400

    func approved(by party: PartyName) -> ChangeProposal {
        changed(approvals: (approvals + [party]).sorted(), decided: decided)
    }

    func decided(effective height: Int64) -> ChangeProposal {
        changed(approvals: approvals, decided: height)
    }

    private func changed(approvals: [PartyName], decided: Int64?) -> ChangeProposal {
        ChangeProposal(
            approvals: approvals, by: by, decided: decided, effective: effective, id: id, change: change, name: name,
            until: until)
    }
}

/// A change that a quorum of departments decided. It is written once and stays, so that the members of any height can
/// be known at any time.
package struct DecidedChange: Codable, Hashable, Sendable {
    /// Height of the block in which it was decided.
    package let decided: Int64
    /// Height of the first block that is made, executed and cosigned under it; at least two after `decided`.
    package let effective: Int64
    /// The owner's rule of escrow from then on; `nil` where that does not change.
    package let escrow: EscrowRule?
    /// Who cosigns from then on; `nil` where that does not change.
    package let members: Members?
    package let name: PartyName
    /// The party's record from then on; `nil` if it is removed.
    package let party: Party?
    /// Id of the proposing transaction.
    package let proposal: Digest
    /// The keys that the party had before and has no longer; they never come back.
    package let retired: [RetiredKey]
    /// Id of the transaction that decided it: the last approval, or the proposal itself.
    package let transaction: Digest

    /// With what the keys of these records begin, in the state and in a transaction's writes.
    package static var prefix: String { StateKey.changes.text }

    /// Where this one stands in the state.
    package var stateKey: String { StateKey.change(at: effective).text }
}

/// A key that was in use and never comes back.
package struct RetiredKey: Codable, Hashable, Sendable {
    /// 32 bytes.
    package let key: Data
    /// `signingKey`, `cosigningKey` or `sealingKey`.
    package let use: String
}

extension Party {
    /// The keys with their names in the record.
    var keys: [(use: String, key: Data)] {
        [("signingKey", signingKey), ("sealingKey", sealingKey)] + (cosigningKey.map { [("cosigningKey", $0)] } ?? [])
    }
}
