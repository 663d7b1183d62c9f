import Ledger
import ServiceLifecycle

/// Answers those whose transactions are not final when the node is told to stop. It is told first: the listeners, which
/// come next, wait for the answers.
struct LastAnswers: Service {
    let pool: TransactionPool

    /// Within it, what a quorum is about to make final becomes so.
    private static let patience = Duration.seconds(2)

    func run() async throws {
        try await gracefulShutdown()
        let deadline = ContinuousClock.now + LastAnswers.patience
        while pool.count > 0, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        pool.answerWaiting(longerThan: .zero)
    }
}
