import Contracts
import Foundation
package import SharingModel
import SignedEnvelopes
import Synchronization

/// Transactions that wait for a block, here and at the other departments: the bounded queue before a cluster.
///
/// Nothing in it is durable: who submitted is told only when the block is final, and submits again otherwise.
package final class TransactionPool: OrderingService {
    private let state: Mutex<WaitingTransactions>
    private let arrived: AsyncStream<Void>.Continuation
    /// A call to propose: something has come; and to pass on what ``takeSubmitted()`` gives.
    package let arrivals: AsyncStream<Void>

    /// - Parameters:
    ///   - limit: Most transactions that may wait.
    ///   - byteLimit: Most bytes that the envelopes of these may have together.
    package init(limit: Int = 8_192, byteLimit: Int = 64 << 20) {
        state = Mutex(WaitingTransactions(limit: limit, byteLimit: byteLimit))
        (arrivals, arrived) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    package var count: Int { state.withLock { $0.count } }

    package var queue: WaitingQueue { state.withLock { $0.queue } }

    /// A submitter that is cancelled waits no longer; what it submitted stays.
    package func submit(_ transaction: AdmittedTransaction) async throws -> Receipt {
        let submitter = state.withLock { $0.newSubmitter() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                submit([transaction], by: submitter) { _, result in continuation.resume(with: result) }
                if Task.isCancelled { giveUp(transaction.id, submitter) }
            }
        } onCancel: {
            giveUp(transaction.id, submitter)
        }
    }

    package func submit(_ transactions: [AdmittedTransaction], answer: @escaping SubmissionAnswer) {
        submit(transactions, by: state.withLock { $0.newSubmitter() }, answer)
    }

    private func submit(_ transactions: [AdmittedTransaction], by number: Int, _ answer: @escaping SubmissionAnswer) {
        let (refused, waiting) = state.withLock { state in
            let refused = transactions.indices.filter { place in
                !state.add(transactions[place], for: Submitter(number: number) { answer(place, $0) })
            }
            return (refused, state.count)
        }
        for place in refused { answer(place, .failure(LedgerError.overloaded(waiting: waiting))) }
        if refused.count < transactions.count { arrived.yield() }
    }

    /// Adds what other departments passed on. Left out silently if too many wait: its submitter waits elsewhere.
    package func add(_ transactions: [AdmittedTransaction]) {
        let isAdded = state.withLock { state in transactions.reduce(false) { state.add($1) || $0 } }
        if isAdded { arrived.yield() }
    }

    /// Adds what this department itself has to say, and passes it on; nobody waits for it.
    func enter(_ transaction: AdmittedTransaction) {
        if state.withLock({ $0.enter(transaction) }) { arrived.yield() }
    }

    /// What was submitted here since the last call, to be passed on to the other departments.
    package func takeSubmitted() -> [AdmittedTransaction] { state.withLock { $0.takeSubmitted() } }

    private func giveUp(_ id: Digest, _ submitter: Int) {
        state.withLock { $0.removeSubmitter(submitter, of: id) }?.answer(.failure(CancellationError()))
    }

    /// Tells those who have waited for longer than `patience` that nothing is final yet. What they submitted stays.
    package func answerWaiting(longerThan patience: Duration) {
        let now = ContinuousClock.now
        for submitter in state.withLock({ $0.removeSubmitters(from: now - patience) }) {
            let seconds = Int((now - submitter.since) / .seconds(1))
            submitter.answer(.failure(LedgerError.notFinalWithin(seconds: seconds)))
        }
    }

    /// Drops what no block from `time` on may hold: nobody but a proposer looks through the queue otherwise.
    package func dropExpired(at time: Timestamp) {
        for transaction in state.withLock({ $0.expired(at: time) }) {
            let notAfter = transaction.transaction.header.notAfter
            settle(transaction.id, .failure(AdmissionError.expired(notAfter: notAfter, blockTime: time)))
        }
    }

    /// The transaction whose envelope has these bytes, checked when it came in.
    package func transaction(leaf: Digest) -> AdmittedTransaction? { state.withLock { $0.transaction(leaf: leaf) } }

    /// The oldest that wait, up to `byteLimit` of envelopes, and at least one if any waits.
    package func next(byteLimit: Int, limit: Int) -> [AdmittedTransaction] {
        state.withLock { $0.next(byteLimit: byteLimit, limit: limit) }
    }

    /// Tells the submitters, if any wait here, and forgets the transaction.
    package func settle(_ id: Digest, _ result: Result<Receipt, any Error>) { settle([(id, result)]) }

    /// Tells the submitters of each, and forgets the transactions.
    package func settle(_ results: [(id: Digest, result: Result<Receipt, any Error>)]) {
        let submitters = state.withLock { state in results.map { state.remove($0.id) } }
        for (entry, submitters) in zip(results, submitters) {
            for submitter in submitters { submitter.answer(entry.result) }
        }
    }
}

/// Somebody who waits for a transaction.
struct Submitter {
    let number: Int
    let since = ContinuousClock.now
    let answer: @Sendable (Result<Receipt, any Error>) -> Void

    init(number: Int, answer: @escaping @Sendable (Result<Receipt, any Error>) -> Void) {
        (self.number, self.answer) = (number, answer)
    }
}
