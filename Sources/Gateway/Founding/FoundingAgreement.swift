import CanonicalJSON
import Contracts
import Foundation
package import SharingModel
import SignedEnvelopes

/// What parties agree on before any of them has keys: all that the policies say, as one canonical document.
///
/// Its digest stands in the parties' statements where the consortium's stands later, so that nobody gives his keys to
/// other rules than those that he has read.
struct FoundingAgreement: Encodable {
    let name: String
    let parties: [ConsortiumPolicy.PartyPolicy]
    let policy: SharingPolicy
    let sections: [SectionName]
    let version = 1

    init(_ policy: ConsortiumPolicy) {
        name = policy.name
        parties = policy.parties.sorted { $0.name < $1.name }
        self.policy = policy.sharing
        sections = policy.sections.sorted()
    }

    /// What statements for this founding name as their ledger.
    func ledger() throws -> LedgerIdentity {
        LedgerIdentity(consortium: .sha256(try CanonicalJSON.encode(self)), section: .registry)
    }
}

extension ConsortiumPolicy {
    package func party(_ name: PartyName) -> PartyPolicy? { parties.first { $0.name == name } }
}

extension ConsortiumPolicy.PartyPolicy {
    func withKeys(_ keys: PartyKeys) -> Party {
        Party(
            name: name, role: role, section: section, area: area, superior: superior,
            signingKey: keys.signing.verificationKey.rawRepresentation,
            cosigningKey: keys.cosigning?.verificationKey.rawRepresentation,
            sealingKey: keys.unsealing.sealingKey.rawRepresentation)
    }

    /// Whether a party states just the place that the policies give it.
    func isPlace(of party: Party) -> Bool {
        (name, role, section, area, superior)
            == (party.name, party.role, party.section, party.area, party.superior)
    }
}
