import Contracts
package import Ledger
import Logging
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
        var orderDifferences = 0
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

    /// Whoever may write into etcd under any name could make up as many departments.
    private static let mostFaults = 512

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
            case .orderDiffered: counts.orderDifferences += 1
            case .equivocation: counts.equivocations += 1
            case .anotherHistory: counts.otherHistories += 1
            case .cosigned, .silent, .gap, .tookUpOrder, .cosignedElsewhere, .outdatedJournal, .settled, .proposed,
                .contradicted,
                .outvoted, .refusedBlock, .awaitsBatch:
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
