package import Contracts
import Foundation
package import SharingModel
package import SignedEnvelopes
package import TransparencyLog

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
    package let founding: FoundingRecord
    package let storage: any LedgerStorage
    let settings: LedgerSettings
    let admission: Admission
    let engine: ContractEngine
    let seen: LastSeen
    let membership: MembershipReader
    private let ordering: any OrderingService
    let lookup: SignerLookup
    /// ``lookup`` for those who submit at the same time: one read of the storage for all, which costs as much as
    /// executing a transaction does.
    let lookups: SharedTurns<Transaction, Result<SignerLookup.Answer, any Error>>

    /// Opens a ledger and checks its newest blocks again: leaves against the tree, records against outcomes, roots.
    ///
    /// A new, empty storage is opened too; its first transaction founds the consortium or opens the section.
    /// - Parameters:
    ///   - founding: The pinned founding record; its digest names the consortium.
    ///   - section: `registry` or one of the record's sections.
    ///   - ordering: What brings transactions into blocks; `nil` for the embedded ordering, in this process. With any
    ///     other, whoever orders also writes the storage.
    /// - Throws: ``LedgerError/anotherLedger(stored:expected:)``, ``LedgerError/blockDiffers(height:_:)``,
    ///   ``LedgerError/fork(seen:shown:)`` and ``LedgerError/rollback(seen:shown:)`` if the ledger does not continue
    ///   the checkpoint of the settings, and what the storage throws.
    package init(
        storage: any LedgerStorage, founding: FoundingRecord, section: SectionName, settings: LedgerSettings,
        ordering: (any OrderingService)? = nil
    ) throws {
        identity = LedgerIdentity(consortium: try founding.digest(), section: section)
        membership = MembershipReader(founding: try CheckpointPolicy(founding: founding, section: section))
        self.founding = founding
        self.storage = storage
        self.settings = settings
        engine = ContractEngine(rules: settings.rules)
        admission = Admission(ledger: identity, founding: founding, engine: engine)
        seen = LastSeen(settings.lastSeen)
        lookup = SignerLookup(storage: storage, admission: admission, engine: engine)
        lookups = SharedTurns(lookup.read)
        let commit = BlockCommit(
            storage: storage, admission: admission, engine: engine, membership: membership, settings: settings,
            seen: seen)
        self.ordering =
            ordering
            ?? EmbeddedOrdering(limit: settings.queueLimit, batchLimit: settings.blockLimit, commit: commit.run)
        let identity = identity
        try storage.read { try TailCheck(identity: identity, reader: $0).run(blocks: settings.recheckedBlocks) }
        try follow(nil)
    }

    /// The newest checkpoint that this process has checked; to be kept in the party's home and given back in
    /// ``LedgerSettings/lastSeen`` the next time.
    package var lastSeen: Checkpoint? { seen.checkpoint }

    /// Puts a transaction into the ledger, and returns when it is durable with its outcome.
    ///
    /// Form and signatures are checked before the write lock is taken, in the caller's task; what that needs of the storage
    /// is read once for all who submit at the same time.
    /// - Returns: The receipt, also for a transaction that the contracts refused. An envelope that is already in the
    ///   ledger gives the receipt it got the first time.
    /// - Throws: ``AdmissionError`` for what is turned away unrecorded; ``LedgerError/busy(seconds:)`` and
    ///   ``LedgerError/overloaded(waiting:)`` where nothing was done and trying again is safe; what the storage
    ///   throws, after which the same envelope may be submitted again.
    package func submit(_ envelope: Envelope) async throws -> Receipt {
        switch try await admitAmongOthers(envelope) {
        case .known(let receipt): receipt
        case .admitted(let transaction): try await ordering.submit(transaction)
        }
    }

    /// Puts several transactions into the ledger.
    /// - Parameter answer: Called once for each, with its place in `envelopes` and what ``submit(_:)`` would have given
    ///   or thrown, as soon as that is known.
    /// - Throws: What the storage throws; then `answer` is not called.
    package func submit(_ envelopes: [Envelope], answer: @escaping SubmissionAnswer) throws {
        var (places, admitted): ([Int], [AdmittedTransaction]) = ([], [])
        for (place, result) in try admit(envelopes).enumerated() {
            switch result {
            case .success(.known(let receipt)): answer(place, .success(receipt))
            case .success(.admitted(let transaction)):
                places.append(place)
                admitted.append(transaction)
            case .failure(let error): answer(place, .failure(error))
            }
        }
        ordering.submit(admitted) { [places] in answer(places[$0], $1) }
    }

    /// What was submitted in this process and is in no block yet; in a cluster, what other departments passed on too.
    package var queue: WaitingQueue { ordering.queue }

    /// The record of a party as the next block will have it; `nil` if it is none.
    package func partyInNextBlock(_ name: PartyName) throws -> Party? {
        try storage.read { reader in try party(name, after: reader.head(), reader) }
    }

    /// The record of a party in the block after `head`.
    func party(_ name: PartyName, after head: StoredBlock?, _ reader: any LedgerReader) throws -> Party? {
        var state = OverlaidState(over: reader)
        state.apply(try engine.enactments(at: head.map { Int64($0.height) + 1 } ?? 0, state: reader))
        return try LedgerState(state).party(name)
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
