import Contracts
package import Ledger
package import Logging
import SharingModel
import SignedEnvelopes
import Synchronization

/// What a node has seen since it started: counted for `/metrics`, and asked by `/ready`.
package final class NodeHealth: Sendable {
    struct Counts {
        var transactions: [Outcome: Int] = [:]
        var blocks = 0
        var quorum = DurationHistogram()
        var cosigning: [PartyName: DurationHistogram] = [:]
        var skipped = 0
        var rewritten = 0
        var equivocations = 0
        var otherHistories = 0
        /// By department, and by what it did.
        var faults: [NodeEvent.Fault: Int] = [:]
        var orderProblem: String?
        /// The newest block that ``NodeHealth/countBlocks(of:through:)`` counted.
        var countedThrough: Int

        mutating func add(_ count: Int, of kind: TransactionKind, isAccepted: Bool) {
            transactions[Outcome(kind: kind, isAccepted: isAccepted), default: 0] += count
        }
    }

    struct Outcome: Hashable, Comparable {
        let kind: TransactionKind
        let isAccepted: Bool

        static func < (one: Outcome, other: Outcome) -> Bool {
            one.kind == other.kind ? one.isAccepted && !other.isAccepted : one.kind.rawValue < other.kind.rawValue
        }
    }

    private let state: Mutex<Counts>

    /// - Parameter finalHeight: On the embedded ordering, the height of the newest final block, if there is one: it and
    ///   those before it are not counted.
    package init(finalHeight: Int? = nil) {
        state = Mutex(Counts(countedThrough: finalHeight ?? -1))
    }

    var counts: Counts { state.withLock { $0 } }

    func orderAnswered() { state.withLock { $0.orderProblem = nil } }
    func orderFailed(_ problem: String) { state.withLock { $0.orderProblem = problem } }

    /// Counts what the blocks up to `height` hold, as far as they were not counted before. On the embedded ordering any
    /// process may have made them, so the ledger is read.
    func countBlocks(of ledger: Ledger, through height: Int) throws {
        try state.withLock { counts in
            while counts.countedThrough < height {
                let next = counts.countedThrough + 1
                let (entries, outcomes) = try ledger.read { reader in
                    guard let block = try reader.block(at: next) else { throw LedgerError.unknownHeight(next) }
                    return (try reader.entries(in: block.entries), try reader.outcomes(in: block.entries))
                }
                for (entry, outcome) in zip(entries, outcomes) {
                    guard let kind = TransactionKind(payloadType: entry.envelope.payloadType) else { continue }
                    counts.add(1, of: kind, isAccepted: outcome.refusal == nil)
                }
                counts.blocks += 1
                counts.countedThrough = next
            }
        }
    }

    /// Whoever may write into etcd under any name could make up as many departments.
    private static let mostFaults = 512

    package func note(_ event: NodeEvent) {
        state.withLock { counts in
            if let fault = event.fault, counts.faults[fault] != nil || counts.faults.count < NodeHealth.mostFaults {
                counts.faults[fault, default: 0] += 1
            }
            switch event {
            case .final(_, let accepted, let refused, _, let after):
                NodeHealth.add(accepted, refused, to: &counts)
                counts.quorum.add(after)
            case .caughtUp(_, _, let accepted, let refused): NodeHealth.add(accepted, refused, to: &counts)
            case .arrived(_, let party, let after): counts.cosigning[party, default: DurationHistogram()].add(after)
            case .skipped: counts.skipped += 1
            case .rewritten, .deleted: counts.rewritten += 1
            case .equivocation: counts.equivocations += 1
            case .anotherHistory: counts.otherHistories += 1
            case .cosigned, .silent, .gap, .cosignedElsewhere, .outdatedJournal, .settled, .proposed, .outvoted,
                .refusedBlock, .awaitsBatch:
                break
            }
        }
    }

    private static func add(
        _ accepted: [TransactionKind: Int], _ refused: [TransactionKind: Int], to counts: inout Counts
    ) {
        counts.blocks += 1
        for (kind, count) in accepted { counts.add(count, of: kind, isAccepted: true) }
        for (kind, count) in refused { counts.add(count, of: kind, isAccepted: false) }
    }
}

extension NodeEvent {
    /// What a department did that contradicts itself, or that no other takes.
    struct Fault: Hashable {
        let department: PartyName
        /// A word for it.
        let kind: String
    }

    /// `nil` where nobody did anything, or nobody knows who.
    var fault: Fault? {
        switch self {
        case .equivocation(let proof): Fault(department: proof.party, kind: "equivocation")
        case .anotherHistory(_, let party): Fault(department: party, kind: "other-history")
        case .skipped(_, let party, _): Fault(department: party, kind: "batch-skipped")
        case .rewritten(_, let party): Fault(department: party, kind: "batch-rewritten")
        case .deleted(_, let party): Fault(department: party, kind: "batch-deleted")
        case .refusedBlock(_, let party): Fault(department: party, kind: "block-refused")
        default: nil
        }
    }

    /// One line for the log.
    package var line: String {
        switch self {
        case .final(let height, let accepted, let refused, let cosigners, let after):
            "height \(height) final: \(accepted.values.reduce(0, +)) accepted, \(refused.values.reduce(0, +)) refused, "
                + "cosigned by \(cosigners.map(\.text).joined(separator: ", ")) in \(after)"
        case .arrived(let height, let party, let after): "height \(height): cosignature of \(party) after \(after)"
        case .cosigned(let height): "height \(height) executed and cosigned"
        case .silent(let height):
            "height \(height) executed, and to be cosigned when others have: its batch is older than this node's journal, "
                + "or earlier ones may be lost"
        case .gap(let position): "etcd no longer has what happened up to revision \(position)"
        case .cosignedElsewhere(let height):
            "this department's key has cosigned another block of height \(height): does a second node run with it?"
        case .anotherHistory(let size, let party):
            "\(party) has cosigned a tree of \(size) leaves that is not this ledger's"
        case .outdatedJournal(let height, let party):
            "\(party) has a cosignature of this department for height \(height) that the journal does not know: this home "
                + "is an old copy; the node is silent until what was begun before its return is final"
        case .proposed(let height, let count): "height \(height) proposed with \(count) transactions"
        case .skipped(let height, let party, let fault): "batch of \(party) for height \(height) skipped: \(fault)"
        case .rewritten(let height, let party): "\(party) wrote again over its batch for height \(height)"
        case .deleted(let height, let party): "\(party)'s batch for height \(height) was deleted: it changes nothing"
        case .awaitsBatch(let height, let holders):
            "height \(height) waits for its batch, which \(holders.map(\.text).joined(separator: ", ")) hold"
        case .equivocation(let proof):
            "\(proof.party) has cosigned two trees of \(proof.first.size) leaves; both are kept as evidence"
        case .settled(let height):
            "height \(height) was settled by all departments; this one follows, and has given up what it cosigned there"
        case .outvoted(let height): "height \(height) is final with another block than this department cosigned"
        case .caughtUp(let height, let party, _, _): "height \(height) taken from \(party)"
        case .refusedBlock(let height, let party): "what \(party) shows as height \(height) does not hold"
        }
    }

    /// A warning is something that somebody ought to look at; a cosignature's arrival is for the metrics.
    package var logLevel: Logger.Level {
        switch self {
        case .skipped, .rewritten, .deleted, .equivocation, .outvoted, .refusedBlock, .silent, .outdatedJournal,
            .gap, .cosignedElsewhere, .anotherHistory, .settled, .awaitsBatch:
            .warning
        case .final, .cosigned, .proposed, .caughtUp: .info
        case .arrived: .debug
        }
    }
}
