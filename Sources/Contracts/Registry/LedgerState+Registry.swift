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
}
