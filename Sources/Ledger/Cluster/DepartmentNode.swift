import Contracts
import Foundation
package import SharingModel
package import SignedEnvelopes
import TransparencyLog

/// A department's part in a cluster: takes batches as the order has them, executes each, cosigns the block that this
/// gives, and makes it final when a quorum has cosigned the same.
///
/// It does no network I/O: events go in, ``NodeOutput``s come out. Only final blocks are in the storage, so whatever
/// reads the storage serves final state only. A crash
/// - before the vote is in the journal leaves nothing: the batch is executed again;
/// - after it leaves the vote, which is sent again byte-identical, and no other is ever given for that height;
/// - after the block is in the storage leaves a final block with its quorum; submitters ask again.
package actor DepartmentNode {
    package nonisolated let ledger: Ledger
    package nonisolated let party: PartyName
    let pool: TransactionPool
    /// Of which the state says which one counts.
    let keys: [SigningKey]
    let cosigner: Cosigner
    let journal: any VoteJournal
    let execution: BatchExecution
    /// How long one place in the order leaves to the one before it.
    let patience: Duration
    /// Whether faulty batches of others are put on the ledger, see ``Contracts/ReportBatch``.
    let reportsFaults: Bool
    /// Reports of this process, so that none is made twice while the first is on its way.
    var reported: Set<ReportBatch> = []
    let output: AsyncStream<NodeOutput>.Continuation
    let report: @Sendable (NodeEvent) -> Void
    private let executor = NodeExecutor()

    var head: StoredBlock
    /// Who cosigns which heights, as ``head`` has it.
    var memberships: MembershipHistory
    /// The block that this department has found for the height after ``head``.
    var candidate: Candidate?
    /// Valid cosignatures of heights after ``head``, the first of each department.
    var votes: [Int: [PartyName: CosignatureMessage]] = [:]
    /// Events that came while the height before theirs was not final.
    var later: [BatchEvent] = []
    /// The proposal that was written for the height after ``head``.
    var proposal: BatchExecution.Proposal?
    /// Who may write the batch after ``head``; `nil` until it is asked.
    var right: AccountingRight?
    var heightBegan = ContinuousClock.now
    var sentAt = ContinuousClock.now
    /// Without a journal this department may have cosigned any batch up to here in an earlier life, and gives none of
    /// them a cosignature.
    var silentThrough: Int64 = 0
    /// Whether there is no journal, or an outdated one, so that ``begin(newest:)`` has to be called first.
    package internal(set) var hasNoJournal = true
    /// Who has said which cosignature of this department is the newest that it has, see ``hear(_:from:)``.
    var answered: Set<PartyName> = []
    /// This department has cosigned this height already, in a life of which the journal knows nothing.
    var silentThroughHeight = -1
    /// Heights that all departments settled by hand.
    var settlements: [Int: SettledHeight] = [:]
    /// What is to be put on the ledger, and from which height on, if nobody else has by then.
    var unrecorded: [UnrecordedFact] = []
    /// The cosignature that the journal had when this node was opened.
    var journaled: CosignatureMessage?
    /// The newest event that was taken.
    private var position: Int64 = 0
    /// The place of the batch that gave ``head``, or of an earlier one: what comes next stands behind it.
    var decided: Int64 = 0
    /// Whether an event was passed over that may count, once the heights before its own are final.
    var hasMissed = false
    /// Whether the order has to be read again from ``startPosition()``.
    package var needsRewind = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// What is to be sent, in order; read by one task.
    package nonisolated let outputs: AsyncStream<NodeOutput>

    /// - Parameters:
    ///   - ledger: Opened on this node's own storage with `pool` as its ordering, and not empty.
    ///   - keys: The department's signing keys, for its batches: one, or after a change of keys several.
    ///   - cosigner: Its cosigning keys. Where none of them counts the node follows and executes, and is silent.
    /// - Throws: ``LedgerError/empty``; what the journal throws.
    package init(
        ledger: Ledger, pool: TransactionPool, keys: [SigningKey], cosigner: Cosigner, journal: any VoteJournal,
        patience: Duration = .milliseconds(250), reportsFaults: Bool = false,
        report: @escaping @Sendable (NodeEvent) -> Void
    ) throws {
        guard let head = try ledger.head() else { throw LedgerError.empty }
        (self.ledger, self.pool, self.keys, self.cosigner) = (ledger, pool, keys, cosigner)
        (self.journal, self.report, self.head) = (journal, report, head)
        party = cosigner.party
        execution = BatchExecution(ledger: ledger, pool: pool)
        (self.patience, self.reportsFaults) = (patience, reportsFaults)
        memberships = try ledger.memberships()
        (outputs, output) = AsyncStream.makeStream(of: NodeOutput.self)
        settlements = Dictionary(try journal.settlements().map { ($0.height, $0) }) { first, _ in first }
        guard let vote = try journal.load() else { return }
        hasNoJournal = false
        journaled = vote.message
        // Events before the newest vote are of heights that are decided.
        position = vote.position
        decided = vote.position
        let message = vote.message
        if message.height == head.height + 1 {
            votes[message.height] = [party: message]
            later = [
                BatchEvent(
                    position: vote.position, department: vote.department, height: message.height,
                    change: .written(vote.batch))
            ]
        }
    }

    /// Begins without a journal: on the first start, in a home that was rebuilt, or in one restored from a backup.
    ///
    /// A cosignature is only ever given for a batch that stands in the order, so for batches behind `newest` none can
    /// have been given before. Until such a batch comes, the node follows and is silent.
    /// - Parameter newest: ``BatchLog/newestPosition()``, asked after this node was opened.
    package func begin(newest: Int64) throws {
        guard hasNoJournal else { return }
        hasNoJournal = false
        silentThrough = newest
        try voteForCandidate()
    }

    package var status: NodeStatus {
        NodeStatus(
            height: head.height, size: head.size, time: head.record.time, waiting: pool.count,
            candidate: candidate?.block.record.height,
            cosigned: candidate.map { Array(matching($0).keys).sorted() } ?? [],
            needed: memberships.policy(at: head.height + 1).needed)
    }

    /// Takes the next event of the order.
    package func take(_ event: BatchEvent) throws {
        position = max(position, event.position)
        switch event.change {
        case .deleted:
            if event.height > head.height - 1_000 { report(.deleted(height: event.height, by: event.department)) }
        case .rewritten:
            report(.rewritten(height: event.height, by: event.department))
            try reportFault(.rewritten, of: event.department, height: event.height)
            keep(event)
        case .written: keep(event)
        }
        try decide()
    }

    /// Keeps what may be a batch of a coming height. What there is no room for is read again, see ``startPosition()``:
    /// a department that floods the order must not make this one miss what the others see.
    private func keep(_ event: BatchEvent) {
        guard event.height > head.height else { return }
        if event.height <= head.height + 8, later.count < 64 { later.append(event) } else { hasMissed = true }
    }

    /// Behind which place the order is to be read, from now on.
    package func startPosition() -> Int64 {
        if needsRewind {
            needsRewind = false
            position = decided
        }
        return position
    }

    /// Looks for the first valid batch of the height after the newest final block.
    func decide() throws {
        while candidate == nil, !later.isEmpty {
            guard let index = later.firstIndex(where: { $0.height == head.height + 1 }) else { break }
            let event = later.remove(at: index)
            guard let bytes = event.batch else { continue }
            do {
                let block =
                    if let proposal, proposal.bytes == bytes {
                        proposal.block
                    } else {
                        try execution.execute(bytes, by: event.department, on: head)
                    }
                try vote(for: block, bytes, event)
            } catch let fault as BatchFault {
                report(.skipped(height: event.height, by: event.department, fault))
                try reportFault(fault.reported, of: event.department, height: event.height)
            }
        }
        try finish()
    }

    private func vote(for block: VerifiedBlock, _ bytes: Data, _ event: BatchEvent) throws {
        candidate = Candidate(block: block, position: event.position, batch: bytes, department: event.department)
        try voteForCandidate()
    }

    /// Cosigns the candidate, where this department may: see ``hear(_:from:)`` for when it may not yet.
    func voteForCandidate() throws {
        guard let candidate else { return }
        let (block, height) = (candidate.block, candidate.block.record.height)
        if let given = votes[height]?[party] {
            // From before a restart. If it was for another tree, this department stays silent at this height.
            if given.root == block.root { output.yield(.send(given)) }
            return
        }
        guard isConfirmed, !hasNoJournal else { return }
        guard candidate.position > silentThrough, height > silentThroughHeight else {
            report(.silent(height: height))
            return
        }
        let policy = memberships.policy(at: height)
        let signed = try cosigner.cosign(
            try policy.checkpoint(block.stored), at: ledger.settings.clock(), under: policy)
        // Who is no member at this height executes and is silent.
        guard let signed else { return }
        let message = CosignatureMessage(cosignature: signed, height: height, root: block.root, size: block.size)
        // Stored before it is sent.
        try journal.store(
            Vote(
                batch: candidate.batch, department: candidate.department, message: message,
                position: candidate.position))
        votes[height, default: [:]][party] = message
        output.yield(.send(message))
        sentAt = .now
        report(.cosigned(height: height))
    }

    struct Candidate {
        let block: VerifiedBlock
        let position: Int64
        let batch: Data
        let department: PartyName
        let since = ContinuousClock.now
    }
}

/// What a node answers about itself.
package struct NodeStatus: Codable, Hashable, Sendable {
    /// Of the newest final block.
    package let height: Int
    package let size: Int
    package let time: Timestamp
    /// Transactions in the queue.
    package let waiting: Int
    /// The height that is being cosigned, if one is.
    package let candidate: Int?
    /// Who has cosigned it.
    package let cosigned: [PartyName]
    package let needed: Int
}

extension BatchEvent {
    var batch: Data? {
        switch change {
        case .written(let bytes), .rewritten(let bytes): bytes
        case .deleted: nil
        }
    }
}
