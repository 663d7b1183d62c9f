import Foundation

// A height costs every department about the same, however much is in it. Those whose transactions were just made final are
// likely to come again at once: a batch that is written before they have leaves half of what is on its way to the next one,
// and so on for ever, each with half of what it could hold.
extension DepartmentNode {
    /// What the next batch waits for.
    struct Gathering {
        /// Transactions in the queue.
        let count: Int
        let until: ContinuousClock.Instant
        let wait: Duration
    }

    /// After fewer transactions nothing is waited for: who submits little at a time is answered as fast as can be.
    private static let fewestAnswered = 16
    /// With so many, what a height costs by itself is a tenth of the whole; while a batch of some is executed, others are
    /// better admitted than waited for.
    private static let enough = 100
    private static let longest = Duration.milliseconds(150)

    /// Has the next batch wait until nine in ten of those that were answered with the newest block have come again, or
    /// there are enough, for three quarters of what its height took at most.
    /// - Parameters:
    ///   - answered: Transactions of the newest block.
    ///   - waited: How long the oldest of what was in the queue then had been there.
    func gather(answered: Int, waited: Duration) {
        let took = min(ContinuousClock.now - finalAt, waited)
        finalAt = .now
        guard answered >= DepartmentNode.fewestAnswered else { return gathering = nil }
        let wait = min(took * 3 / 4, DepartmentNode.longest)
        let count = min(pool.count + answered * 9 / 10, DepartmentNode.enough)
        gathering = Gathering(count: count, until: .now + wait, wait: wait)
        emit(.takeArrivals(after: wait))
    }

    /// Whether the next batch may be written, as far as this goes.
    var hasGathered: Bool {
        guard let gathering else { return true }
        return pool.count >= gathering.count || ContinuousClock.now >= gathering.until
    }
}
