import Contracts
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Testing

/// The queue before a cluster.
@Suite("Transactions that wait for a block")
struct TransactionPoolTests {
    private func transactions(_ count: Int) async throws -> [AdmittedTransaction] {
        let consortium = try TestConsortium(departments: 1)
        let ledger = try consortium.open(SQLiteLedgerStorage.scratch())
        try await consortium.begin(ledger)
        return try (0..<count).map { number in
            let envelope = try consortium.envelope(consortium.request(purpose: "\(number)"), by: "statistics")
            guard case .admitted(let transaction) = try ledger.admit(envelope) else { throw MissingKey() }
            return transaction
        }
    }

    private func next(_ pool: TransactionPool) -> [Digest] { pool.next(byteLimit: 1 << 20, limit: 100).map(\.id) }

    @Test("What was turned away and comes again stands once in a batch, behind what came before it")
    func comesAgain() async throws {
        let pool = TransactionPool()
        let given = try await transactions(3)
        pool.add(given)
        pool.settle(given[0].id, .failure(CancellationError()))
        pool.add([given[0]])
        pool.add([given[0]])
        #expect(next(pool) == [given[1].id, given[2].id, given[0].id])
        #expect(pool.count == 3)
        // Many times over, past the point at which places that are settled are cleared away.
        for _ in 0..<200 {
            pool.settle(given[1].id, .failure(CancellationError()))
            pool.add([given[1]])
            #expect(next(pool).count == 3 && Set(next(pool)).count == 3)
        }
        #expect(pool.transaction(leaf: .sha256(given[1].envelope.bytes))?.id == given[1].id)
    }

    @Test("A batch holds what its limits let in, and one transaction at least; a full queue takes no more")
    func bounded() async throws {
        let given = try await transactions(4)
        let pool = TransactionPool(limit: 3)
        pool.add(given)
        #expect(next(pool) == given.prefix(3).map(\.id))
        #expect(pool.next(byteLimit: 1, limit: 100).map(\.id) == [given[0].id])
        #expect(pool.next(byteLimit: 1 << 20, limit: 2).map(\.id) == given.prefix(2).map(\.id))
        await #expect(throws: LedgerError.self) { _ = try await pool.submit(given[3]) }
        #expect(pool.transaction(leaf: .sha256(given[3].envelope.bytes)) == nil)
        pool.settle(given[0].id, .failure(CancellationError()))
        pool.add([given[3]])
        #expect(next(pool) == [given[1].id, given[2].id, given[3].id])
    }

    @Test("The queue says how many wait, and for how long the oldest has")
    func ages() async throws {
        let given = try await transactions(2)
        let pool = TransactionPool()
        #expect(pool.queue == WaitingQueue(count: 0, oldest: .zero))
        pool.add([given[0]])
        let between = ContinuousClock.now
        pool.add([given[1]])
        let sinceFirst = ContinuousClock.now - between
        let first = pool.queue
        #expect(first.count == 2 && first.oldest >= sinceFirst)
        pool.settle(given[0].id, .failure(CancellationError()))
        // The one that came first is gone, and the other is younger than all the time since.
        let second = pool.queue
        #expect(second.count == 1 && second.oldest > .zero && second.oldest <= ContinuousClock.now - between)
        pool.settle(given[1].id, .failure(CancellationError()))
        #expect(pool.queue == WaitingQueue(count: 0, oldest: .zero))
    }

    @Test("What comes calls the node, whoever gave it; what was submitted here is passed on once")
    func arrivals() async throws {
        let given = try await transactions(2)
        let pool = TransactionPool()
        var calls = pool.arrivals.makeAsyncIterator()
        pool.add([given[0]])
        await calls.next()
        #expect(pool.takeSubmitted().isEmpty)
        let submission = Task { try await pool.submit(given[1]) }
        await calls.next()
        #expect(pool.takeSubmitted().map(\.id) == [given[1].id])
        #expect(pool.takeSubmitted().isEmpty)
        submission.cancel()
        await #expect(throws: CancellationError.self) { _ = try await submission.value }
    }

    @Test("Who waits too long is told so, and what was submitted stays in the queue")
    func impatient() async throws {
        let given = try await transactions(2)
        let pool = TransactionPool()
        var calls = pool.arrivals.makeAsyncIterator()
        let began = ContinuousClock.now
        let submission = Task { try await pool.submit(given[0]) }
        await calls.next()
        pool.answerWaiting(longerThan: .seconds(3_600))
        #expect(next(pool) == [given[0].id])
        pool.answerWaiting(longerThan: .zero)
        // It is told how long it did wait: nothing, or what a busy machine took for these lines.
        let told = await #expect(throws: LedgerError.self) { _ = try await submission.value }
        let longest = Int((ContinuousClock.now - began).components.seconds)
        #expect((0...longest).map { LedgerError.notFinalWithin(seconds: $0) }.contains(told))
        #expect(next(pool) == [given[0].id])
        // Another who waits for the same is told what became of it.
        let second = Task { try await pool.submit(given[0]) }
        await calls.next()
        pool.settle(given[0].id, .failure(LedgerError.empty))
        await #expect(throws: LedgerError.empty) { _ = try await second.value }
    }

    @Test("Of several at once each is answered in its place, and what finds no room at once")
    func several() async throws {
        let given = try await transactions(3)
        let pool = TransactionPool(limit: 2)
        let (answers, continuation) = AsyncStream.makeStream(of: (Int, Result<Receipt, any Error>).self)
        pool.submit(given) { place, result in continuation.yield((place, result)) }
        var iterator = answers.makeAsyncIterator()
        let full = try #require(await iterator.next())
        #expect(full.0 == 2)
        #expect(throws: LedgerError.overloaded(waiting: 2)) { try full.1.get() }
        #expect(pool.takeSubmitted().map(\.id) == given.prefix(2).map(\.id))
        pool.settle([(given[1].id, .failure(LedgerError.empty)), (given[0].id, .failure(CancellationError()))])
        #expect(await iterator.next()?.0 == 1)
        #expect(await iterator.next()?.0 == 0)
        #expect(pool.count == 0)
    }

    @Test("The queue is bounded in bytes too")
    func boundedInBytes() async throws {
        let given = try await transactions(3)
        let pool = TransactionPool(byteLimit: given[0].envelope.bytes.count + given[1].envelope.bytes.count)
        pool.add(given)
        #expect(next(pool) == given.prefix(2).map(\.id))
        pool.settle(given[0].id, .failure(CancellationError()))
        pool.add([given[2]])
        #expect(next(pool) == [given[1].id, given[2].id])
    }

    @Test("What has expired leaves the queue, and who waits for it is told why")
    func expired() async throws {
        let given = try await transactions(1)
        let pool = TransactionPool()
        var calls = pool.arrivals.makeAsyncIterator()
        let submission = Task { try await pool.submit(given[0]) }
        await calls.next()
        let end = given[0].transaction.header.notAfter
        pool.dropExpired(at: end)
        #expect(pool.count == 1)
        pool.dropExpired(at: end.adding(seconds: 1))
        #expect(pool.count == 0)
        await #expect(throws: AdmissionError.expired(notAfter: end, blockTime: end.adding(seconds: 1))) {
            _ = try await submission.value
        }
    }
}
