import Foundation

// A height costs every department about the same, however much is in it. Those whose transactions were just made final are
// likely to come again at once: a batch that is written before they have leaves half of what is on its way to the next one,
// and so on for ever, each with half of what it could hold.
extension DepartmentNode {
    /// What the next batch waits for.
    struct Gathering {
        /// Transactions in the queue when nearly all are back, and when all are.
        let (nearlyAll, all): (Int, Int)
        let wait: Duration
        var until: ContinuousClock.Instant
        /// Whether the last ones are waited for.
        var isClosing = false
    }

    /// After fewer transactions nothing is waited for: who submits little at a time is answered as fast as can be.
    private static let fewestAnswered = 4
    /// With so many, what a height costs by itself is a tenth of the whole; while a batch of some is executed, others are
    /// better admitted than waited for.
    private static let enough = 100
    private static let longest = Duration.milliseconds(150)

    /// Has the next batch wait until those that were answered with the newest block have come again, or there are
    /// enough, for as long as its height took at most; for the last tenth of them an eighth of that.
    /// - Parameters:
    ///   - answered: Transactions of the newest block.
    ///   - waited: How long the oldest of what was in the queue then had been there.
    func gather(answered: Int, waited: Duration) {
        let took = min(ContinuousClock.now - finalAt, waited)
        finalAt = .now
        guard answered >= DepartmentNode.fewestAnswered else { return gathering = nil }
        let wait = min(took, DepartmentNode.longest)
        gathering = Gathering(
            nearlyAll: min(pool.count + answered * 9 / 10, DepartmentNode.enough),
            all: min(pool.count + answered, DepartmentNode.enough), wait: wait, until: .now + wait)
        emit(.takeArrivals(after: wait))
    }

    /// Whether the next batch may be written, as far as this goes. When nearly all are back, the rest of the wait begins
    /// with this call.
    func isGatheringOver() -> Bool {
        guard let gathering else { return true }
        let count = pool.count
        if count >= gathering.all || ContinuousClock.now >= gathering.until { return true }
        if count >= gathering.nearlyAll, !gathering.isClosing {
            let wait = gathering.wait / 8
            self.gathering?.isClosing = true
            self.gathering?.until = min(gathering.until, .now + wait)
            emit(.takeArrivals(after: wait))
        }
        return false
    }
}
