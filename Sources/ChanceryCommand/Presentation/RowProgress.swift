import QueryPlans
import Synchronization

/// A bar for work on rows whose number is known only when the work has begun.
final class RowProgress: Sendable {
    private let label: String
    private let bar = Mutex<(label: String, bar: ProgressBar)?>(nil)

    init(_ label: String) {
        self.label = label
    }

    func update(_ done: Int, of total: Int, label other: String? = nil) {
        let label = other ?? self.label
        let current = bar.withLock { bar in
            if let known = bar, known.label == label { return known.bar }
            let fresh = ProgressBar(label, unit: "rows", total: total)
            bar = (label, fresh)
            return fresh
        }
        current.update(done)
    }

    /// For the executor of plans, whose stages have names of their own.
    var executor: PlanExecutor.Progress {
        { stage, rows, total in self.update(rows, of: total, label: stage.rawValue) }
    }

    func finish() {
        bar.withLock { $0?.bar.finish() }
    }
}
