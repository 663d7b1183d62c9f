import Dispatch
import Synchronization

/// The order of one process: what is committed next is next. Group commit: transactions that arrive while a commit runs are
/// taken together by the next one.
///
/// One commit runs at a time in a process, on a thread of its own, so that the wait for the disk and for other
/// processes holds up no thread of Swift's pool.
final class EmbeddedOrdering: OrderingService {
    /// Commits `batch` in one storage transaction; one result each, in order. Throws if nothing was committed.
    typealias Commit = @Sendable (_ batch: [AdmittedTransaction]) throws -> [Result<Receipt, any Error>]

    private struct Waiting: Sendable {
        let transaction: AdmittedTransaction
        let since = ContinuousClock.now
        let answer: @Sendable (Result<Receipt, any Error>) -> Void

        init(transaction: AdmittedTransaction, answer: @escaping @Sendable (Result<Receipt, any Error>) -> Void) {
            (self.transaction, self.answer) = (transaction, answer)
        }
    }

    private struct State: Sendable {
        var waiting: [Waiting] = []
        /// What is being committed: how many, and since when the first has waited.
        var taken: (count: Int, since: ContinuousClock.Instant)?
        var isRunning = false
    }

    private let state = Mutex(State())
    private let thread = DispatchQueue(label: "ledger.commit")
    private let limit: Int
    private let batchLimit: Int
    private let commit: Commit

    /// - Parameters:
    ///   - limit: Most transactions that may wait.
    ///   - batchLimit: Most transactions in one commit.
    init(limit: Int, batchLimit: Int, commit: @escaping Commit) {
        self.limit = limit
        self.batchLimit = batchLimit
        self.commit = commit
    }

    /// Returns when the transaction is durable.
    /// - Throws: ``LedgerError/overloaded(waiting:)`` at once if the queue is full.
    func submit(_ transaction: AdmittedTransaction) async throws -> Receipt {
        try await withCheckedThrowingContinuation { continuation in
            submit([transaction]) { _, result in continuation.resume(with: result) }
        }
    }

    func submit(_ transactions: [AdmittedTransaction], answer: @escaping SubmissionAnswer) {
        let (isFirst, taken, waiting) = state.withLock { state in
            let taken = min(transactions.count, limit - state.waiting.count)
            for (place, transaction) in transactions.prefix(taken).enumerated() {
                state.waiting.append(Waiting(transaction: transaction) { answer(place, $0) })
            }
            let isFirst = taken > 0 && !state.isRunning
            if isFirst { state.isRunning = true }
            return (isFirst, taken, state.waiting.count)
        }
        for place in transactions.indices.dropFirst(taken) {
            answer(place, .failure(LedgerError.overloaded(waiting: waiting)))
        }
        if isFirst { thread.async { self.run() } }
    }

    var queue: WaitingQueue {
        state.withLock { state in
            let oldest = state.taken?.since ?? state.waiting.first?.since
            return WaitingQueue(
                count: (state.taken?.count ?? 0) + state.waiting.count, oldest: oldest.map { .now - $0 } ?? .zero)
        }
    }

    private func run() {
        while let batch = next() {
            let results = Result { try commit(batch.map(\.transaction)) }
            // Before the submitters are told: who was answered waits no more.
            state.withLock { $0.taken = nil }
            do {
                let results = try results.get()
                for (waiting, result) in zip(batch, results) { waiting.answer(result) }
            } catch {
                for waiting in batch { waiting.answer(.failure(error)) }
            }
        }
    }

    /// How many of those that wait the next commit takes: of many half. The others' commit then runs while those who were
    /// answered are back with their next transactions and have them checked, which takes as long as the commit. Of few all:
    /// a block costs as much as ten transactions, whatever is in it.
    private func share(of waiting: Int) -> Int { min(batchLimit, max((waiting + 1) / 2, min(waiting, 32))) }

    /// The next batch; `nil` when nothing waits, and then the next submitter starts anew.
    private func next() -> [Waiting]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isRunning = false
                return nil
            }
            let batch = Array(state.waiting.prefix(share(of: state.waiting.count)))
            state.waiting.removeFirst(batch.count)
            state.taken = batch.first.map { (batch.count, $0.since) }
            return batch
        }
    }
}
