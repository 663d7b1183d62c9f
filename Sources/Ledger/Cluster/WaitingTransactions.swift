import Contracts
import SharingModel
import SignedEnvelopes

/// What a ``TransactionPool`` holds: transactions in the order of their arrival, each once, and who waits for them.
struct WaitingTransactions {
    private struct Waiting {
        let transaction: AdmittedTransaction
        let leaf: Digest
        /// Which of the arrivals with this id it is: one that was turned away may come again.
        let arrival: Int
        let since = ContinuousClock.now
        var submitters: [Submitter]
    }

    private let limit: Int
    private let byteLimit: Int
    private var waiting: [Digest: Waiting] = [:]
    private var byLeaf: [Digest: Digest] = [:]
    /// In the order of arrival; those that are settled are left out when they are come upon.
    private var order: [(id: Digest, arrival: Int)] = []
    private var arrivals = 0
    private var byteCount = 0
    /// Not passed on yet.
    private var submitted: [AdmittedTransaction] = []
    private var submitters = 0

    init(limit: Int, byteLimit: Int) {
        (self.limit, self.byteLimit) = (limit, byteLimit)
    }

    var count: Int { waiting.count }

    var queue: WaitingQueue {
        let oldest = order.first { waiting[$0.id]?.arrival == $0.arrival }.flatMap { waiting[$0.id]?.since }
        return WaitingQueue(count: waiting.count, oldest: oldest.map { .now - $0 } ?? .zero)
    }

    mutating func newSubmitter() -> Int {
        submitters += 1
        return submitters
    }

    /// Adds a transaction that somebody waits for, to be passed on.
    /// - Returns: Whether there was room for it.
    mutating func add(_ transaction: AdmittedTransaction, for submitter: Submitter) -> Bool {
        guard enter(transaction) else { return false }
        waiting[transaction.id]?.submitters.append(submitter)
        return true
    }

    /// Adds a transaction, to be passed on.
    mutating func enter(_ transaction: AdmittedTransaction) -> Bool {
        guard add(transaction) else { return false }
        submitted.append(transaction)
        return true
    }

    mutating func add(_ transaction: AdmittedTransaction) -> Bool {
        if waiting[transaction.id] != nil { return true }
        let bytes = transaction.envelope.bytes
        guard waiting.count < limit, byteCount + bytes.count <= byteLimit else { return false }
        let leaf = Digest.sha256(bytes)
        arrivals += 1
        byteCount += bytes.count
        waiting[transaction.id] = Waiting(transaction: transaction, leaf: leaf, arrival: arrivals, submitters: [])
        byLeaf[leaf] = transaction.id
        order.append((transaction.id, arrivals))
        clearOrder()
        return true
    }

    mutating func takeSubmitted() -> [AdmittedTransaction] {
        defer { submitted = [] }
        return submitted
    }

    /// Forgets a transaction.
    /// - Returns: Who waited for it.
    mutating func remove(_ id: Digest) -> [Submitter] {
        guard let gone = waiting.removeValue(forKey: id) else { return [] }
        byLeaf[gone.leaf] = nil
        byteCount -= gone.transaction.envelope.bytes.count
        return gone.submitters
    }

    mutating func removeSubmitter(_ number: Int, of id: Digest) -> Submitter? {
        guard let place = waiting[id]?.submitters.firstIndex(where: { $0.number == number }) else { return nil }
        return waiting[id]?.submitters.remove(at: place)
    }

    /// Takes out those who have waited since `start` or longer.
    mutating func removeSubmitters(from start: ContinuousClock.Instant) -> [Submitter] {
        var found: [Submitter] = []
        for (id, entry) in waiting where entry.submitters.contains(where: { $0.since < start }) {
            found += entry.submitters.filter { $0.since < start }
            waiting[id]?.submitters.removeAll { $0.since < start }
        }
        return found
    }

    func transaction(leaf: Digest) -> AdmittedTransaction? { byLeaf[leaf].flatMap { waiting[$0]?.transaction } }

    func expired(at time: Timestamp) -> [AdmittedTransaction] {
        waiting.values.lazy.map(\.transaction).filter { $0.transaction.header.notAfter < time }
    }

    func next(byteLimit: Int, limit: Int) -> [AdmittedTransaction] {
        var (taken, bytes) = ([AdmittedTransaction](), 0)
        for place in order {
            guard let entry = waiting[place.id], entry.arrival == place.arrival else { continue }
            bytes += entry.transaction.envelope.bytes.count
            if !taken.isEmpty, bytes > byteLimit { break }
            taken.append(entry.transaction)
            if taken.count == limit { break }
        }
        return taken
    }

    /// Clears settled places away now and then, so that the order is as long as the queue at most twice over.
    private mutating func clearOrder() {
        guard order.count > 2 * waiting.count + 64 else { return }
        order = order.filter { waiting[$0.id]?.arrival == $0.arrival }
    }
}
