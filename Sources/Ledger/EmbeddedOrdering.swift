import Dispatch
import Synchronization

/// The order of one process: what is committed next is next. Group commit: transactions that arrive while a commit runs are taken together by the next one.
///
/// One commit runs at a time in a process, on a thread of its own, so that the wait for the disk and for other
/// processes holds up no thread of Swift's pool.
final class EmbeddedOrdering: OrderingService {
    /// Commits `batch` in one storage transaction; one result each, in order. Throws if nothing was committed.
    typealias Commit = @Sendable (_ batch: [AdmittedTransaction]) throws -> [Result<Receipt, any Error>]

    private struct Waiting: Sendable {
        let transaction: AdmittedTransaction
        let answer: @Sendable (Result<Receipt, any Error>) -> Void
    }

    private struct State: Sendable {
        var waiting: [Waiting] = []
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

    private func run() {
        while let batch = next() {
            do {
                let results = try commit(batch.map(\.transaction))
                for (waiting, result) in zip(batch, results) { waiting.answer(result) }
            } catch {
                for waiting in batch { waiting.answer(.failure(error)) }
            }
        }
    }

    /// The next batch; `nil` when nothing waits, and then the next submitter starts anew.
    private func next() -> [Waiting]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isRunning = false
                return nil
            }
            let batch = Array(state.waiting.prefix(batchLimit))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }
}
