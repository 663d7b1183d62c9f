package import Contracts
package import Foundation
package import SharingModel

/// A block that this process executed, ready to be appended. Only ``BlockAssembly`` makes one.
package struct VerifiedBlock: Sendable {
    package let ledger: LedgerIdentity
    package let record: BlockRecord
    /// The last leaf: canonical JSON of `record`.
    package let recordBytes: Data
    /// Leaf index of the first entry.
    package let firstIndex: Int
    package let entries: [Entry]
    /// What the leaves add to the tree's stored hashes (x/mod tlog order), from ``firstHashPosition`` on.
    package let hashes: [Digest]
    /// Stored-hash index of `hashes[0]`.
    package let firstHashPosition: Int
    /// Root of the tree after this block.
    package let root: Digest
    /// What the block as a whole changes in the state: sorted by key, each key once.
    package let writes: [StateWrite]

    /// A transaction with what came of it.
    package struct Entry: Sendable {
        package let transaction: AdmittedTransaction
        package let outcome: OutcomeLeaf
    }

    /// Leaves in the tree after this block.
    package var size: Int { firstIndex + entries.count + 1 }

    package var stored: StoredBlock {
        StoredBlock(record: record, recordBytes: recordBytes, size: size, root: root)
    }
}

/// A block as somebody shows it: envelopes and a record that claims what they gave.
package struct UnverifiedBlock: Sendable {
    package let stored: StoredBlock
    package let entries: [StoredEntry]

    package init(stored: StoredBlock, entries: [StoredEntry]) {
        self.stored = stored
        self.entries = entries
    }
}
