import CanonicalJSON
import Contracts
import Foundation
import SharingModel
import SignedEnvelopes
import TransparencyLog

/// A block that is being put together, one transaction after the other. The same code makes new blocks and checks
/// shown ones: a verifier assembles the block again and compares.
struct BlockAssembly {
    let context: BlockContext
    private let origin: BlockOrigin
    private let members: Digest
    /// Digest of what the block itself has written.
    private let ownWrites: Digest
    private let engine: ContractEngine
    private let firstIndex: Int
    private var state: OverlaidState
    private var entries: [VerifiedBlock.Entry] = []
    private var places: [Digest: Int] = [:]
    private var hashes: PendingHashes

    /// - Parameters:
    ///   - head: The block before; `nil` for the first.
    ///   - policy: Of the departments that cosign this block.
    ///   - reader: State and tree hashes as they were after `head`.
    init(
        on head: StoredBlock?, at time: Timestamp, by origin: BlockOrigin, policy: CheckpointPolicy,
        reader: any LedgerReader, engine: ContractEngine
    ) throws {
        context = BlockContext(
            ledger: policy.ledger, height: Int64((head?.height ?? -1) + 1), time: time, proposer: origin.proposer,
            mechanism: origin.mechanism.name, isStandIn: origin.mechanism.standIn ?? false, departments: policy.parties,
            cosigners: origin.previous.map(\.party))
        members = policy.members
        self.origin = origin
        self.engine = engine
        firstIndex = head?.size ?? 0
        state = OverlaidState(over: BlockState(reader))
        let writes = try engine.begin(context, state: state)
        state.apply(writes)
        ownWrites = try writes.digest()
        hashes = PendingHashes(after: firstIndex, stored: reader)
    }

    var count: Int { entries.count }

    /// The state that the next transaction sees.
    var currentState: OverlaidState { state }

    /// Where `id` stands among the block's entries so far.
    func place(of id: Digest) -> Int? { places[id] }

    /// Executes the next transaction and adds its leaf and its outcome.
    /// - Returns: Its place among the block's entries.
    mutating func execute(_ admitted: AdmittedTransaction) throws -> Int {
        let outcome = try engine.execute(admitted.transaction, state: state, block: context)
        state.apply(outcome.writes)
        try hashes.append(leaf: admitted.envelope.bytes)
        let place = entries.count
        places[admitted.id] = place
        entries.append(
            VerifiedBlock.Entry(
                transaction: admitted,
                outcome: OutcomeLeaf(
                    index: place, transaction: admitted.id, refusal: outcome.refusal,
                    writes: try outcome.writesDigest())))
        return place
    }

    /// Closes the block with its record.
    consuming func seal() throws -> VerifiedBlock {
        let record = BlockRecord(
            height: Int(context.height), time: context.time, proposer: origin.proposer, members: members,
            outcomes: try OutcomeTree(entries.map(\.outcome)).root, previous: origin.previous,
            transactions: entries.count, version: BlockRecord.version, mechanism: origin.mechanism, writes: ownWrites)
        let bytes = try CanonicalJSON.encode(record)
        try hashes.append(leaf: bytes)
        return VerifiedBlock(
            ledger: context.ledger, record: record, recordBytes: bytes, firstIndex: firstIndex, entries: entries,
            hashes: hashes.pending, firstHashPosition: hashes.firstPosition, root: try hashes.root(),
            writes: state.writes)
    }
}

/// Who puts a block together, by what right, and which cosignatures of the height before it carries. Known before
/// the first transaction is executed: the block's own writes depend on it.
struct BlockOrigin {
    let proposer: PartyName
    let mechanism: BlockRecord.Mechanism
    /// Sorted by party.
    let previous: [PartyCosignature]
}
