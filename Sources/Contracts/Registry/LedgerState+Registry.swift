import Foundation
package import SharingModel

extension LedgerState {
    package func party(_ name: PartyName) throws -> Party? {
        try read(Party.self, at: .party(name))
    }

    /// All parties of the consortium, sorted by name.
    package func parties() throws -> [Party] {
        try readAll(Party.self, under: .parties)
    }

    /// What the ledger was opened with; `nil` before it was.
    package func consortium() throws -> ConsortiumRecord? {
        try read(ConsortiumRecord.self, at: .consortium)
    }

    package func proposal(change id: Digest) throws -> ChangeProposal? {
        try read(ChangeProposal.self, at: .proposal(id))
    }

    /// All changes that were ever proposed, sorted by id.
    package func changeProposals() throws -> [ChangeProposal] {
        try readAll(ChangeProposal.self, under: .changeProposals)
    }

    /// All that were decided, in the order in which they take effect; each is decided after the one before took effect.
    package func decidedChanges() throws -> [DecidedChange] {
        try readAll(DecidedChange.self, under: .changes)
    }

    /// The change that takes effect at `height`.
    func change(at height: Int64) throws -> DecidedChange? {
        try read(DecidedChange.self, at: .change(at: height))
    }

    /// Whether the key was in use and is not to come back.
    func isRetired(_ key: Data) throws -> Bool {
        try decidedChanges().contains { $0.retired.contains { $0.key == key } }
    }

    /// The cosigning keys that a party had and has no longer.
    func retiredCosigningKeys(of party: PartyName) throws -> [Data] {
        try decidedChanges().filter { $0.name == party }.flatMap(\.retired).filter { $0.use == "cosigningKey" }.map(
            \.key)
    }

    /// Departments that cosigned two trees of one size, as it was proven on this ledger.
    package func equivocations() throws -> [EquivocationRecord] {
        try readAll(EquivocationRecord.self, under: .equivocations)
    }

    /// Heights that all departments settled by hand.
    package func settlements() throws -> [SettlementRecord] {
        try readAll(SettlementRecord.self, under: .settlements)
    }
}
