package import Contracts
package import Foundation
package import SharingModel
package import SignedEnvelopes
package import TransparencyLog

/// Where one ledger is kept. This protocol is the durability contract; ``Ledger`` adds none of its own.
///
/// - Any number of processes may hold the same ledger open. Nothing read outside ``commit(_:)`` may be relied on
///   inside it: `body` reads again, under the lock.
/// - What ``commit(_:)`` returned from has happened, and is still there after the process is killed or the machine
///   loses power. What it threw from has not happened, in no part.
/// - A crash anywhere inside ``commit(_:)`` leaves the ledger as it was before, or as it is after: never between.
///   The caller cannot tell which; it asks by the transaction's id, or submits again, which is safe.
/// - Both calls block their thread.
package protocol LedgerStorage: Sendable {
    /// Reads one unmoving snapshot: whatever commits meanwhile is not seen. Concurrent with everything.
    func read<Value>(_ body: (any LedgerReader) throws -> Value) throws -> Value

    /// Runs `body` alone among all processes and makes what it wrote durable.
    ///
    /// Waits for other writers for as long as the storage was opened with, then throws ``LedgerError/busy(seconds:)``
    /// with nothing done. If `body` throws, nothing is written and the error is passed on.
    func commit<Value>(_ body: (any LedgerWriter) throws -> Value) throws -> Value

    /// What is wrong with the container itself (pages, indexes), in the storage's own words; empty if nothing is.
    /// Reads everything once.
    func damage() throws -> [String]
}

/// One snapshot of a ledger. Used within the closure that received it, by one thread.
package protocol LedgerReader: StateReader, HashReader {
    /// The ledger that this storage was made for; `nil` before its first block.
    func identity() throws -> LedgerIdentity?

    /// The newest block; `nil` before the first.
    func head() throws -> StoredBlock?
    func block(at height: Int) throws -> StoredBlock?
    /// The block that holds the leaf `index`: the first whose size is greater.
    func block(holding index: Int) throws -> StoredBlock?
    /// The block whose last leaf is at `size - 1`.
    func block(ofSize size: Int) throws -> StoredBlock?

    func entry(at index: Int) throws -> StoredEntry?
    func entry(id: Digest) throws -> StoredEntry?
    /// Entries of one kind in the order of the ledger.
    /// - Parameter after: Only leaves behind this index; `nil` from the beginning.
    func entries(kind: String, after: Int?, limit: Int) throws -> [StoredEntry]
    /// All entries with indices in `range`, in order.
    func entries(in range: Range<Int>) throws -> [StoredEntry]
    /// Their ids, without the envelopes.
    func entryIDs(in range: Range<Int>) throws -> [Digest]

    /// The outcome of the entry at `index`.
    func outcome(at index: Int) throws -> StoredOutcome?
    func outcomes(in range: Range<Int>) throws -> [StoredOutcome]

    /// Cosignatures of the checkpoint after block `height`, sorted by party.
    func cosignatures(height: Int) throws -> [PartyCosignature]
    /// The greatest height not above `height` that at least `count` parties have cosigned.
    func lastHeight(cosignedBy count: Int, notAbove height: Int) throws -> Int?

    /// How many rows each table holds; an audit compares them with what it has accounted for.
    func counts() throws -> StoredCounts
}

/// A ledger under its write lock.
package protocol LedgerWriter: LedgerReader {
    /// Writes the block's entries, outcomes, record, tree hashes and state, and its identity if it is the first.
    ///
    /// `block` follows the ``LedgerReader/head()`` of this same commit; anything else is a programmer's error.
    func append(_ block: VerifiedBlock) throws

    /// Adds a cosignature. One that is there for that party and height stays as it is: a party's cosignature is
    /// byte-identical ever after.
    func append(_ cosignature: PartyCosignature, height: Int) throws
}

/// A block as it lies in the storage; believed only after ``BlockVerifier``.
package struct StoredBlock: Hashable, Sendable {
    package let record: BlockRecord
    /// The leaf: canonical JSON of `record`.
    package let recordBytes: Data
    /// Leaves of the tree up to and with this block's record.
    package let size: Int
    /// Root of the tree of `size` leaves.
    package let root: Digest

    /// - Precondition: `size` is larger than the number of transactions, and that is not negative.
    package init(record: BlockRecord, recordBytes: Data, size: Int, root: Digest) {
        precondition((0..<size).contains(record.transactions), "a reader checks what it reads")
        self.record = record
        self.recordBytes = recordBytes
        self.size = size
        self.root = root
    }

    package var height: Int { record.height }
    /// Index of the record's leaf.
    package var recordIndex: Int { size - 1 }
    /// Indices of the envelopes' leaves.
    package var entries: Range<Int> { (recordIndex - record.transactions)..<recordIndex }
}

/// An envelope as it lies in the storage, with its place.
package struct StoredEntry: Hashable, Sendable {
    /// Leaf index in the ledger's tree.
    package let index: Int
    /// The id under which it is stored.
    package let id: Digest
    package let envelope: Envelope

    package init(index: Int, id: Digest, envelope: Envelope) {
        self.index = index
        self.id = id
        self.envelope = envelope
    }
}

/// An outcome as it lies in the storage.
package struct StoredOutcome: Hashable, Sendable {
    /// Leaf index of the entry in the ledger's tree.
    package let index: Int
    /// Why the transaction was refused; `nil` if it was accepted.
    package let refusal: Refusal?
    /// Digest of the writes.
    package let writes: Digest

    package init(index: Int, refusal: Refusal?, writes: Digest) {
        self.index = index
        self.refusal = refusal
        self.writes = writes
    }
}

/// Rows in each table of the storage.
package struct StoredCounts: Hashable, Sendable {
    package let entries: Int
    package let outcomes: Int
    package let hashes: Int
    package let blocks: Int
    package let cosignatures: Int
    package let state: Int

    package init(entries: Int, outcomes: Int, hashes: Int, blocks: Int, cosignatures: Int, state: Int) {
        self.entries = entries
        self.outcomes = outcomes
        self.hashes = hashes
        self.blocks = blocks
        self.cosignatures = cosignatures
        self.state = state
    }
}
