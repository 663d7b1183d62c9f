import Foundation
package import SharingModel
import SignedEnvelopes
import Synchronization

/// Transactions that wait for a block, here and at the other departments: the bounded queue before a cluster.
///
/// Nothing in it is durable: who submitted is told only when the block is final, and submits again otherwise.
package final class TransactionPool: OrderingService {
    private struct Waiting {
        let transaction: AdmittedTransaction
        let leaf: Digest
        /// Which of the arrivals with this id it is: one that was turned away may come again.
        let arrival: Int
        let since = ContinuousClock.now
        var submitters: [Submitter]
    }

    private struct Submitter {
        let number: Int
        let since = ContinuousClock.now
        let continuation: CheckedContinuation<Receipt, any Error>
    }

    private struct State {
        var waiting: [Digest: Waiting] = [:]
        var byLeaf: [Digest: Digest] = [:]
        /// In the order of arrival; those that are settled are left out when they are come upon.
        var order: [(id: Digest, arrival: Int)] = []
        var arrivals = 0
        /// Not passed on yet.
        var submitted: [AdmittedTransaction] = []
        var submitters = 0

        func isWaiting(_ place: (id: Digest, arrival: Int)) -> Bool { waiting[place.id]?.arrival == place.arrival }
    }

    private let state = Mutex(State())
    private let limit: Int
    private let arrived: AsyncStream<Void>.Continuation
    /// A call to propose: something has come; and to pass on what ``takeSubmitted()`` gives.
    package let arrivals: AsyncStream<Void>

    /// - Parameter limit: Most transactions that may wait.
    package init(limit: Int = 8_192) {
        self.limit = limit
        (arrivals, arrived) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    package var count: Int { state.withLock { $0.waiting.count } }

    package var queue: WaitingQueue {
        state.withLock { state in
            let oldest = state.order.first(where: state.isWaiting).flatMap { state.waiting[$0.id]?.since }
            return WaitingQueue(count: state.waiting.count, oldest: oldest.map { .now - $0 } ?? .zero)
        }
    }

    package func submit(_ transaction: AdmittedTransaction) async throws -> Receipt {
        let submitter = state.withLock { state in
            state.submitters += 1
            return state.submitters
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let refused = state.withLock { state -> Int? in
                    guard add(transaction, to: &state) else { return state.waiting.count }
                    state.waiting[transaction.id]?.submitters.append(
                        Submitter(number: submitter, continuation: continuation))
                    state.submitted.append(transaction)
                    return nil
                }
                if let refused {
                    continuation.resume(throwing: LedgerError.overloaded(waiting: refused))
                } else {
                    arrived.yield()
                    if Task.isCancelled { giveUp(transaction.id, submitter) }
                }
            }
        } onCancel: {
            giveUp(transaction.id, submitter)
        }
    }

    /// Adds what another department passed on. Left out silently if too many wait: its submitter waits elsewhere.
    package func add(_ transaction: AdmittedTransaction) {
        if state.withLock({ state in add(transaction, to: &state) }) { arrived.yield() }
    }

    /// Adds what this department itself has to say, and passes it on; nobody waits for it.
    func enter(_ transaction: AdmittedTransaction) {
        let isAdded = state.withLock { state in
            guard add(transaction, to: &state) else { return false }
            state.submitted.append(transaction)
            return true
        }
        if isAdded { arrived.yield() }
    }

    /// What was submitted here since the last call, to be passed on to the other departments.
    package func takeSubmitted() -> [AdmittedTransaction] {
        state.withLock { state in
            defer { state.submitted = [] }
            return state.submitted
        }
    }

    private func add(_ transaction: AdmittedTransaction, to state: inout State) -> Bool {
        if state.waiting[transaction.id] != nil { return true }
        guard state.waiting.count < limit else { return false }
        let leaf = Digest.sha256(transaction.envelope.bytes)
        state.arrivals += 1
        state.waiting[transaction.id] = Waiting(
            transaction: transaction, leaf: leaf, arrival: state.arrivals, submitters: [])
        state.byLeaf[leaf] = transaction.id
        state.order.append((transaction.id, state.arrivals))
        return true
    }

    private func giveUp(_ id: Digest, _ submitter: Int) {
        let found = state.withLock { state -> Submitter? in
            guard let place = state.waiting[id]?.submitters.firstIndex(where: { $0.number == submitter }) else {
                return nil
            }
            return state.waiting[id]?.submitters.remove(at: place)
        }
        found?.continuation.resume(throwing: CancellationError())
    }

    /// Tells those who have waited for longer than `patience` that nothing is final yet. What they submitted stays.
    package func answerWaiting(longerThan patience: Duration) {
        let now = ContinuousClock.now
        let impatient = state.withLock { state in
            var impatient: [Submitter] = []
            for (id, waiting) in state.waiting where waiting.submitters.contains(where: { now - $0.since > patience }) {
                impatient += waiting.submitters.filter { now - $0.since > patience }
                state.waiting[id]?.submitters.removeAll { now - $0.since > patience }
            }
            return impatient
        }
        let error = LedgerError.notFinalWithin(seconds: Int(patience / .seconds(1)))
        for submitter in impatient { submitter.continuation.resume(throwing: error) }
    }

    /// The transaction whose envelope has these bytes, checked when it came in.
    package func transaction(leaf: Digest) -> AdmittedTransaction? {
        state.withLock { state in state.byLeaf[leaf].flatMap { state.waiting[$0]?.transaction } }
    }

    /// The oldest that wait, up to `byteLimit` of envelopes, and at least one if any waits.
    package func next(byteLimit: Int, limit: Int) -> [AdmittedTransaction] {
        state.withLock { state in
            if state.order.count > 2 * state.waiting.count + 64 {
                state.order = state.order.filter(state.isWaiting)
            }
            var (taken, bytes) = ([AdmittedTransaction](), 0)
            for place in state.order {
                guard state.isWaiting(place), let waiting = state.waiting[place.id] else { continue }
                bytes += waiting.transaction.envelope.bytes.count
                if !taken.isEmpty, bytes > byteLimit { break }
                taken.append(waiting.transaction)
                if taken.count == limit { break }
            }
            return taken
        }
    }

    /// Tells the submitters, if any wait here, and forgets the transaction.
    package func settle(_ id: Digest, _ result: Result<Receipt, any Error>) {
        let waiting = state.withLock { state -> Waiting? in
            guard let waiting = state.waiting.removeValue(forKey: id) else { return nil }
            state.byLeaf[waiting.leaf] = nil
            return waiting
        }
        for submitter in waiting?.submitters ?? [] { submitter.continuation.resume(with: result) }
    }
}
