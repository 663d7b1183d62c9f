import SharingModel

/// Where blocks are to be had when a ledger is built again. Trusted with nothing: each is executed and compared.
package protocol LedgerBlockSource: Sendable {
    /// For reports: an address, a file.
    var name: String { get }

    /// - Returns: `nil` where it has no such block.
    /// - Throws: Where it cannot be read, there or at all.
    func block(at height: Int) throws -> ExportedBlock?
}

/// What can still be read of a storage that may be damaged.
package struct StoredBlocks: LedgerBlockSource {
    package let name: String
    private let ledger: Ledger
    private let storage: any LedgerStorage

    /// - Parameter ledger: The one that is built; it says what the ledger's departments are.
    package init(name: String, storage: any LedgerStorage, of ledger: Ledger) {
        (self.name, self.storage, self.ledger) = (name, storage, ledger)
    }

    package func block(at height: Int) throws -> ExportedBlock? {
        try storage.read { reader in
            guard try reader.block(at: height) != nil else { return nil }
            return try ledger.exportedBlock(at: height, in: reader)
        }
    }
}
