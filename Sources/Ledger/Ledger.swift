package import Contracts
package import Foundation
package import SharingModel
package import SignedEnvelopes

/// One section's ledger, or the registry: submits transactions, reads state and history, proves both.
///
/// Embedded ordering: the right to make the next block belongs to whoever holds the storage's write lock. That is
/// the signed log of one operator; the cosignatures of the other departments, each given after executing the blocks
/// itself, are what makes a block final.
///
/// Safe to use from any number of tasks, and of processes on the same storage. Nothing is cached across calls. The
/// reading calls block for as long as the storage takes.
package final class Ledger: Sendable {
    package let identity: LedgerIdentity
    package let members: Members
    /// Whose cosignatures make this ledger's checkpoints final; what a verifier pins.
    package let policy: CheckpointPolicy
    package let founding: FoundingRecord
    package let storage: any LedgerStorage
    let settings: LedgerSettings
    let admission: Admission
    let engine: ContractEngine
    private let queue: CommitQueue

    /// Opens a ledger and checks its newest blocks again: leaves against the tree, records against outcomes, roots.
    ///
    /// A new, empty storage is opened too; its first transaction founds the consortium or opens the section.
    /// - Parameters:
    ///   - founding: The pinned founding record; its digest names the consortium.
    /// - Throws: ``LedgerError/anotherLedger(stored:expected:)``, ``LedgerError/blockDiffers(height:_:)`` and what
    ///   the storage throws.
    package init(
        storage: any LedgerStorage, founding: FoundingRecord, section: SectionName, settings: LedgerSettings
    ) throws {
        let identity = LedgerIdentity(consortium: try founding.digest(), section: section)
        let members = Members(of: section, founding: founding)
        self.identity = identity
        self.members = members
        self.founding = founding
        self.storage = storage
        self.settings = settings
        policy = try CheckpointPolicy(ledger: identity, members: members)
        admission = Admission(ledger: identity, founding: founding)
        engine = ContractEngine(rules: settings.rules)
        let commit = BlockCommit(
            storage: storage, admission: admission, engine: engine, members: try members.digest(), policy: policy,
            settings: settings)
        queue = CommitQueue(limit: settings.queueLimit, batchLimit: settings.blockLimit, commit: commit.run)
        try storage.read { try TailCheck(identity: identity, reader: $0).run(blocks: settings.recheckedBlocks) }
    }

    /// Puts a transaction into the ledger, and returns when it is durable with its outcome.
    ///
    /// Form and signatures are checked before the write lock is taken, in the caller's task.
    /// - Returns: The receipt, also for a transaction that the contracts refused. An envelope that is already in the
    ///   ledger gives the receipt it got the first time.
    /// - Throws: ``AdmissionError`` for what is turned away unrecorded; ``LedgerError/busy(seconds:)`` and
    ///   ``LedgerError/overloaded(waiting:)`` where nothing was done and trying again is safe; what the storage
    ///   throws, after which the same envelope may be submitted again.
    package func submit(_ envelope: Envelope) async throws -> Receipt {
        if let receipt = try storage.read({ try $0.receipt(of: envelope.id) }) { return receipt }
        let admitted = try storage.read { try admission.admit(envelope, state: $0) }
        return try await queue.submit(admitted)
    }

    /// Reads one snapshot: state (`LedgerState(reader)`), blocks, entries, proofs.
    package func read<Value>(_ body: (any LedgerReader) throws -> Value) throws -> Value {
        try storage.read(body)
    }

    /// The newest block; `nil` before the first.
    package func head() throws -> StoredBlock? {
        try storage.read { try $0.head() }
    }
}
