import Contracts
package import Ledger
import SharingModel
import Synchronization

/// What a node has seen: counted for `/metrics`, and asked by `/ready`.
package final class NodeHealth: Sendable {
    struct Counts {
        var transactions: [String: Int] = [:]
        var blocks = 0
        var finalitySum = 0.0
        var finalityBuckets = [Int](repeating: 0, count: NodeHealth.bounds.count)
        var skipped = 0
        var rewritten = 0
        var equivocations = 0
        var otherHistories = 0
        /// By department, and by what it did.
        var faults: [NodeEvent.Fault: Int] = [:]
        var orderProblem: String?
    }

    /// Upper bounds in seconds.
    static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

    private let state = Mutex(Counts())

    package init() {}

    var counts: Counts { state.withLock { $0 } }

    func orderAnswered() { state.withLock { $0.orderProblem = nil } }
    func orderFailed(_ problem: String) { state.withLock { $0.orderProblem = problem } }

    /// Whoever may write into etcd under any name could make up as many departments.
    private static let mostFaults = 512

    package func note(_ event: NodeEvent) {
        state.withLock { counts in
            if let fault = event.fault, counts.faults[fault] != nil || counts.faults.count < NodeHealth.mostFaults {
                counts.faults[fault, default: 0] += 1
            }
            switch event {
            case .final(_, let accepted, let refused, _, let after):
                counts.blocks += 1
                for (kind, count) in accepted {
                    counts.transactions[#"kind="\#(kind.rawValue)",outcome="accepted""#, default: 0] += count
                }
                for (kind, count) in refused {
                    counts.transactions[#"kind="\#(kind.rawValue)",outcome="refused""#, default: 0] += count
                }
                let seconds = after / .seconds(1)
                counts.finalitySum += seconds
                for (index, bound) in NodeHealth.bounds.enumerated() where seconds <= bound {
                    counts.finalityBuckets[index] += 1
                }
            case .skipped: counts.skipped += 1
            case .rewritten, .deleted: counts.rewritten += 1
            case .equivocation: counts.equivocations += 1
            case .anotherHistory: counts.otherHistories += 1
            case .cosigned, .silent, .gap, .tookUpOrder, .cosignedElsewhere, .outdatedJournal, .settled, .proposed,
                .outvoted,
                .caughtUp, .refusedBlock, .awaitsBatch:
                break
            }
        }
    }
}
