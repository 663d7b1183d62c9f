package import SharingModel
package import SignedEnvelopes

/// One change of a ledger's parties, or of one rule of its policy. Exactly one of its members is there.
package struct RegistryChange: Codable, Hashable, Sendable {
    /// A party joins: its ``PartyStatement``, signed by itself.
    package let admit: Envelope?
    /// Other holders, waiting time or limit for one owner's escrow: the rule that takes the place of the owner's.
    package let escrow: EscrowRule?
    /// Other area, other superior.
    package let place: Placement?
    package let remove: PartyName?
    /// A party takes other keys: its ``PartyStatement``, signed by the new signing key. The proposal itself it signs with
    /// the old one.
    package let rotate: Envelope?

    package struct Placement: Codable, Hashable, Sendable {
        package let area: String?
        package let party: PartyName
        package let superior: PartyName?

        package init(of party: PartyName, area: String?, superior: PartyName?) {
            self.area = area
            self.party = party
            self.superior = superior
        }
    }

    private init(
        admit: Envelope? = nil, escrow: EscrowRule? = nil, place: Placement? = nil, remove: PartyName? = nil,
        rotate: Envelope? = nil
    ) {
        self.admit = admit
        self.escrow = escrow
        self.place = place
        self.remove = remove
        self.rotate = rotate
    }

    package static func admit(_ statement: Envelope) -> RegistryChange { RegistryChange(admit: statement) }
    package static func rotate(_ statement: Envelope) -> RegistryChange { RegistryChange(rotate: statement) }
    package static func remove(_ party: PartyName) -> RegistryChange { RegistryChange(remove: party) }
    package static func place(_ placement: Placement) -> RegistryChange { RegistryChange(place: placement) }

    package static func escrow(_ rule: EscrowRule) -> RegistryChange { RegistryChange(escrow: rule) }

    func checkForm() throws(ContractsError) {
        let present = [admit != nil, escrow != nil, place != nil, remove != nil, rotate != nil].count { $0 }
        guard present == 1 else { throw .contradictory(members: ["admit", "escrow", "place", "remove", "rotate"]) }
        try Form.check(text: place?.area, in: 1...Form.longestName, "area")
        for statement in [admit, rotate].compactMap({ $0 }) {
            try Form.check(length: statement.payload.count, in: 1...8_192, "statement")
            try Form.check(length: statement.signatures.count, in: 1...1, "signatures")
        }
    }
}

/// `registry.propose`: a change is put to the departments of the section. A department that proposes approves by it.
///
/// Departments propose; a change of keys is proposed by the party whose keys they are, so it is signed by the old
/// signing key and states a record that the new one has signed.
package struct ProposeChange: TransactionBody {
    package static let kind = TransactionKind.proposeChange
    package let change: RegistryChange
    /// The height at which it is to take effect, if not as soon as may be.
    package let effective: Int64?

    package init(change: RegistryChange, effective: Int64? = nil) {
        self.change = change
        self.effective = effective
    }
}

/// `registry.approve`: a department agrees. With a quorum the change is decided.
package struct ApproveChange: TransactionBody {
    package static let kind = TransactionKind.approveChange
    /// Id of the `registry.propose` transaction.
    package let proposal: Digest

    package init(proposal: Digest) {
        self.proposal = proposal
    }
}
