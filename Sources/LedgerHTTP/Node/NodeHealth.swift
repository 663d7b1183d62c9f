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
            case .cosigned, .silent, .gap, .cosignedElsewhere, .outdatedJournal, .settled, .proposed, .outvoted,
                .caughtUp, .refusedBlock, .awaitsBatch:
                break
            }
        }
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
        case .caughtUp(let height, let party): "height \(height) taken from \(party)"
        case .refusedBlock(let height, let party): "what \(party) shows as height \(height) does not hold"
        }
    }

    /// Whether somebody ought to look at it.
    package var isNotable: Bool {
        switch self {
        case .skipped, .rewritten, .deleted, .equivocation, .outvoted, .refusedBlock, .silent, .outdatedJournal,
            .gap, .cosignedElsewhere, .anotherHistory, .settled, .awaitsBatch:
            true
        case .final, .cosigned, .proposed, .caughtUp: false
        }
    }
}
