package import SharingModel

extension LedgerState {
    package func pool(_ name: PoolName) throws -> PoolRecord? {
        try read(PoolRecord.self, at: .pool(name))
    }

    /// Sorted by name.
    package func pools() throws -> [PoolRecord] {
        try readAll(PoolRecord.self, under: .pools)
    }
}

extension Execution {
    func pool(_ name: PoolName) throws -> PoolRecord {
        guard let pool = try state.pool(name) else { throw Refusal(.unknownPool, ["pool": name.text]) }
        return pool
    }
}
