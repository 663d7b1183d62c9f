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
    let emit: @Sendable (NodeOutput) -> Void
    let report: @Sendable (NodeEvent) -> Void
    private let executor = NodeExecutor()

    let resendAfter: Duration
    /// How long the first round of an agreement lasts at least.
    let roundPatience: Duration
    /// By which rounds are timed.
    let now: @Sendable () -> ContinuousClock.Instant

    var head: StoredBlock
    /// Who cosigns which heights, as ``head`` has it.
    var memberships: MembershipHistory
    /// The block that this department has found for the height after ``head``.
    var candidate: Candidate? { didSet { takeTimes() } }
    /// Valid cosignatures of trees larger than that of ``head``, this department's own included.
    var votes = CollectedVotes()
    /// Valid cosignatures of others for trees that this ledger never had.
    var strays = CollectedVotes(mostOfOneParty: 16, stay: .largest)
    var strayCalls = CallsToRepeat(longest: 60)
    /// When the order is to be read again for a batch that the others have found: they may wait for this department alone,
    /// and a reading costs little.
    var rereads = CallsToRepeat(longest: 4)
    /// Of which sizes each department is known to have cosigned two trees.
    var contradictions: [PartyName: Set<Int>] = [:]
    /// When cosignatures came, for those who look after the node.
    var arrivals = CosignatureArrivals()
    /// This department's newest vote, as the journal has it: for its height, and for any before, there is no other.
    var given: CosignatureMessage?
    /// The same with its batch, as the journal has it; of the newest height that this department has cosigned.
    var newestVote: Vote?
    /// Events that are not judged yet.
    var events = PendingEvents()
    /// What came of the order for the height after ``head``, and whether that is all.
    var secondReading = SecondReading(isDoubted: true)
    /// The height for which it was told that it was not.
    var toldDiffering = -1
    /// The proposal that was written for the height after ``head``.
    var proposal: BatchExecution.Proposal?
    /// A batch for the height after ``head`` that was executed in advance, and the newest height for which one was tried.
    var foreseen: Foreseen?
    var foreseenHeight = -1
    /// What the batch after ``head`` waits for; `nil` where it waits for nothing.
    var gathering: Gathering?
    /// When a block last became final here; one that is taken from another department does not count.
    var finalAt = ContinuousClock.now
    /// Who may write the batch after ``head``; `nil` until it is asked.
    var right: AccountingRight?
    var heightBegan = ContinuousClock.now
    var sentAt = ContinuousClock.now
    /// Without a journal this department may have cosigned any batch up to here in an earlier life.
    var silentThrough: Int64 = 0
    /// The height whose silence was told.
    var toldSilent = -1
    /// Up to where the order may lack what it had, while no batch behind that is final; `nil` where it lacks nothing.
    var gapEnd: Int64?
    /// Which order the places are of; `nil` until one was met.
    var order: FollowedOrder?
    /// Whether there is no journal, or an outdated one, so that ``begin(silentThrough:)`` has to be called first.
    package internal(set) var hasNoJournal = true
    /// Who has said which cosignature of this department is the newest that it has, see ``hear(_:from:)``.
    var answered: Set<PartyName> = []
    /// Whether enough have, by the members of that time: a department that joins later changes nothing about it.
    package internal(set) var isConfirmed = false
    /// This department has cosigned this height already, in a life of which the journal knows nothing.
    var silentThroughHeight = -1
    /// Heights that all departments settled by hand.
    var settlements: [Int: SettledHeight] = [:]
    /// What is to be put on the ledger, and from which height on, if nobody else has by then.
    var unrecorded: [UnrecordedFact] = []
    /// The cosignature that the journal had when this node was opened.
    var journaled: CosignatureMessage?
    /// The newest event that was taken, and all that were taken of that place.
    var position: Int64 = 0
    var takenAtPosition: [BatchEvent] = []
    /// Up to here everything was taken, or is of heights that are decided.
    var seenThrough: Int64 = 0
    /// The place before the batch that gave ``head``, or an earlier one: what counts next stands behind it.
    var decided: Int64 = 0
    /// Whether the order has to be read again from ``startPosition()``.
    package var needsRewind = false
    let batches: any BatchStore
    /// What is in ``batches``.
    var held: Set<HeldPlace>
    /// The batch of the next height that the order refers to, while it is not here.
    var awaited: Awaited?
    /// What is known of the height after ``head``.
    var open: OpenHeight
    /// Valid statements on the height after that one.
    var early: [AgreementMessage] = []
    var saidAt = ContinuousClock.now
    /// The batch that was awaited last.
    var fetched: (batch: Digest, bytes: Data)?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// What is to be sent, in order; read by one task.
    package nonisolated let outputs: AsyncStream<NodeOutput>

    /// Where cosignatures and statements go instead, once somebody handles them there.
    package nonisolated let messages = DirectMessages()

    /// - Parameters:
    ///   - ledger: Opened on this node's own storage with `pool` as its ordering, and not empty.
    ///   - key: The department's signing key, for its batches.
    ///   - emit: Given every output instead of ``outputs``.
    /// - Throws: ``LedgerError/empty``, ``LedgerError/notACosigner(_:)``; what the journal throws.
    package init(
        ledger: Ledger, pool: TransactionPool, keys: [SigningKey], cosigner: Cosigner, journal: any VoteJournal,
        batches: any BatchStore, patience: Duration = .milliseconds(250),
        resendAfter: Duration = .milliseconds(200), roundPatience: Duration = .seconds(5), reportsFaults: Bool = false,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        emit: (@Sendable (NodeOutput) -> Void)? = nil, report: @escaping @Sendable (NodeEvent) -> Void
    ) throws {
        guard let head = try ledger.head() else { throw LedgerError.empty }
        (self.ledger, self.pool, self.keys, self.cosigner) = (ledger, pool, keys, cosigner)
        (self.journal, self.report, self.head) = (journal, report, head)
        self.batches = batches
        held = Set(try batches.all())
        party = cosigner.party
        execution = BatchExecution(ledger: ledger, pool: pool)
        (self.patience, self.reportsFaults) = (patience, reportsFaults)
        memberships = try ledger.memberships()
        open = OpenHeight(head.height + 1, memberships.policy(at: head.height + 1))
        (self.resendAfter, self.roundPatience, self.now) = (resendAfter, roundPatience, now)
        let (outputs, continuation) = AsyncStream.makeStream(of: NodeOutput.self)
        self.outputs = outputs
        let messages = messages
        self.emit =
            emit ?? { output in
                if messages.take(output) { return }
                continuation.yield(output)
            }
        // Where this department's own cosignature is a quorum, nobody has to be asked.
        let members = memberships.policy(at: head.height + 1)
        isConfirmed = members.needed <= 1 && members.parties.contains(cosigner.party)
        settlements = Dictionary(try journal.settlements().map { ($0.height, $0) }) { first, _ in first }
        guard let state = try journal.load() else { return }
        hasNoJournal = false
        (silentThrough, order) = (state.silentThrough, state.order)
        gapEnd = state.gapEnd(finalHeight: head.height)
        for message in try (state.statements ?? []).map({ try AgreementMessage(reading: $0) })
        where message.statement.height == head.height + 1 && message.statement.parent == head.root {
            _ = open.agreement.add(message)
        }
        newestVote = state.vote
        guard let vote = state.vote else { return }
        // Events before the newest vote are of heights that are decided.
        position = vote.position - 1
        decided = position
        seenThrough = vote.position
        let message = vote.message
        (given, journaled) = (message, message)
        guard message.height > head.height else { return }
        let checkpoint = try message.checkpoint(origin: ledger.identity.origin)
        if memberships.policy(at: message.height).isValid(message.cosignature, on: checkpoint) {
            _ = votes.add(message)
        }
        events.keep(vote.event, next: head.height + 1)
    }

    /// Begins without a journal: on the first start, or in a home that was rebuilt.
    ///
    /// A cosignature is only ever given for a batch that stands in the order, so for batches behind `newest` none can
    /// have been given before. To one at or before it this department gives its own only when so many others have
    /// cosigned the same that nothing else can become final.
    /// - Parameter newest: Of ``BatchLog/newest()``, asked after this node was opened; 0 for a department that has never
    ///   joined the order.
    /// - Parameter place: In the order, which this department has joined.
    /// - Returns: When this is in the journal, so that a crash before the first vote is not taken for a new life.
    package func begin(silentThrough newest: Int64, in place: OrderPlace? = nil) throws {
        guard hasNoJournal else { return }
        order = order ?? place.map { FollowedOrder($0) }
        silentThrough = newest
        try store(newestVote, open.agreement.messages(of: party).map(\.envelope))
        hasNoJournal = false
        try vote()
    }

    /// What the departments have said on the height after the newest final block.
    package var openAgreement: Agreement { open.agreement }

    package var status: NodeStatus {
        let members = memberships.policy(at: head.height + 1)
        let cosigned =
            candidate.map { candidate in
                Set(matching(candidate).keys).union(open.agreement.supporters(of: candidate.block.root)).sorted()
            } ?? []
        let unanswered = members.parties.filter { $0 != party && !answered.contains($0) }
        return NodeStatus(
            height: head.height, size: head.size, time: head.record.time, waiting: pool.count,
            candidate: candidate?.block.record.height,
            cosigned: cosigned, missing: candidate == nil ? [] : members.parties.filter { !cosigned.contains($0) },
            needed: members.needed, awaited: awaited?.reference.holders ?? [],
            unanswered: isConfirmed ? [] : unanswered)
    }

    /// Takes the next event of the order.
    ///
    /// If this throws, the event is kept, and what failed is done again by the next call of ``tick()``.
    package func take(_ event: BatchEvent) throws {
        guard !needsRewind, event.position >= position else { return }
        if event.position > position {
            takenAtPosition = []
        } else if takenAtPosition.contains(event) {
            return
        }
        takenAtPosition.append(event)
        position = event.position
        seenThrough = max(seenThrough, position)
        switch event.change {
        case .deleted:
            if event.height > head.height - 1_000 { report(.deleted(height: event.height, by: event.department)) }
        case .rewritten:
            report(.rewritten(height: event.height, by: event.department))
            try reportFault(.rewritten, of: event.department, height: event.height)
        case .written: break
        }
        if candidate == nil || event.height > head.height + 1 { events.keep(event, next: head.height + 1) }
        try decide()
    }

    /// Behind which place the order is to be read, from now on. The newest place is read once more: several events
    /// may share it, and the connection may have ended between them.
    package func startPosition() -> Int64 {
        if needsRewind {
            needsRewind = false
            events.reset()
            secondReading = SecondReading(isDoubted: true)
            takenAtPosition = []
            position = decided + 1
            seenThrough = position
        }
        return max(position - 1, 0)
    }

    /// Looks for the first valid batch of the height after the newest final block.
    func decide() throws {
        while candidate == nil, !needsRewind {
            guard let event = events.first(of: head.height + 1) else {
                if events.isIncomplete(head.height + 1) {
                    needsRewind = true
                    emit(.rewind)
                }
                break
            }
            if memberships.policy(at: event.height).parties.contains(event.department) {
                secondReading.judge(event, isExpected: try isExpected(event))
                readSecondTime()
            }
            do {
                // A batch that others hold and that is not here yet: what is behind it waits with it.
                guard let written = event.batch, let bytes = try batchBytes(written, of: event) else { return }
                let block = try execute(bytes, by: event.department)
                candidate = Candidate(block: block, event: event, batch: bytes, isBehindGap: gapEnd != nil)
                // From before a restart: byte for byte what was sent then.
                if let given, given.root == block.root, given.size == block.size { emit(.send(given)) }
            } catch let fault as BatchFault {
                if !secondReading.skip(event, fault) {
                    try tell(fault, of: event.department, height: event.height)
                }
            }
            events.drop(event)
        }
        readSecondTime()
        try vote()
        try finish()
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
    /// Who has cosigned it, or spoken for it in the agreement.
    package let cosigned: [PartyName]
    /// Members of its height who have not.
    package let missing: [PartyName]
    package let needed: Int
    /// Who holds the batch of the next height, while it has not come from any of them.
    package let awaited: [PartyName]
    /// Who has not said yet which cosignature of this department is the newest that it has; this one cosigns nothing
    /// until enough have. Empty once they have.
    package let unanswered: [PartyName]
}
