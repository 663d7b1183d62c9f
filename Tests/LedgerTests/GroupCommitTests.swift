import Contracts
import Foundation
import GRDB
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Synchronization
import Testing

@Suite("Group commit")
struct GroupCommitTests {
    private typealias Outcome = Result<Receipt, any Error>

    let consortium: TestConsortium
    let folder: TemporaryFolder

    init() throws {
        consortium = try TestConsortium()
        folder = try TemporaryFolder()
    }

    /// Submits `count` refused redemptions at once through a ledger whose commits stand still, until all that the
    /// queue does not take have failed; then lets the commits go.
    private func flood(_ count: Int, queue: Int, block: Int) async throws -> (outcomes: [Outcome], before: Int) {
        try await consortium.begin(try consortium.open(folder.storage()))
        let gated = GatedStorage(try folder.storage())
        let ledger = try consortium.open(gated) {
            $0.queueLimit = queue
            $0.blockLimit = block
        }
        let before = try #require(try ledger.head()).height
        let envelopes = try (0..<count).map { _ in
            try consortium.envelope(consortium.redemption(of: .sha256(Data())), by: "statistics")
        }
        let outcomes = await withTaskGroup(of: Outcome.self) { group in
            for envelope in envelopes {
                group.addTask {
                    do { return .success(try await ledger.submit(envelope)) } catch { return .failure(error) }
                }
            }
            var outcomes: [Outcome] = []
            for await outcome in group {
                outcomes.append(outcome)
                // At most `queue` transactions stand at the gate in one batch, and as many wait behind it.
                if case .failure = outcome, outcomes.count == count - 2 * queue {
                    // What is being committed waits too.
                    #expect((queue...2 * queue).contains(ledger.queue.count) && ledger.queue.oldest > .zero)
                    gated.open(count)
                }
            }
            return outcomes
        }
        #expect(ledger.queue == WaitingQueue(count: 0, oldest: .zero))
        return (outcomes, before)
    }

    private func blockSizes(after height: Int) throws -> [Int] {
        let ledger = try consortium.open(folder.storage())
        let head = try #require(try ledger.head())
        return try ((height + 1)...head.height).map { height in
            try #require(try ledger.read { try $0.block(at: height) }).record.transactions
        }
    }

    @Test("Transactions that wait while a commit runs share the next block")
    func coalesce() async throws {
        let (outcomes, before) = try await flood(100, queue: 10, block: 1_024)
        let receipts = outcomes.compactMap { try? $0.get() }
        let sizes = try blockSizes(after: before)
        // The queue was full while nothing could be committed, and what filled it was taken at once.
        #expect(sizes.contains { $0 >= 10 })
        #expect(sizes.reduce(0, +) == receipts.count)
    }

    @Test("A full queue refuses at once, and what it refused was not recorded")
    func backPressure() async throws {
        let (outcomes, before) = try await flood(100, queue: 10, block: 1_024)
        let errors = outcomes.compactMap { outcome -> (any Error)? in
            if case .failure(let error) = outcome { error } else { nil }
        }
        #expect(errors.count >= 80)
        #expect(errors.allSatisfy { $0 as? LedgerError == .overloaded(waiting: 10) })
        #expect(try blockSizes(after: before).reduce(0, +) == 100 - errors.count)
    }

    @Test("A block takes no more than its limit")
    func blockLimit() async throws {
        let (outcomes, before) = try await flood(100, queue: 10, block: 3)
        let sizes = try blockSizes(after: before)
        #expect(sizes.allSatisfy { $0 <= 3 })
        #expect(sizes.reduce(0, +) == outcomes.count { (try? $0.get()) != nil })
    }

    @Test("Those who submit at the same time are checked with few reads of the storage, and each is answered")
    func sharedReads() async throws {
        try await consortium.begin(try consortium.open(folder.storage()))
        let counted = CountedStorage(try folder.storage())
        let ledger = try consortium.open(counted)
        let envelopes = try (0..<60).map { _ in
            try consortium.envelope(consortium.redemption(of: .sha256(Data())), by: "statistics")
        }
        let before = counted.reads.withLock { $0 }
        let receipts = try await withThrowingTaskGroup(of: (Digest, Receipt).self) { group in
            for envelope in envelopes { group.addTask { (envelope.id, try await ledger.submit(envelope)) } }
            return try await group.reduce(into: [(Digest, Receipt)]()) { $0.append($1) }
        }
        #expect(receipts.count == 60 && receipts.allSatisfy { $0 == $1.transaction })
        #expect(counted.reads.withLock { $0 } - before < 30)
    }

    @Test("A damaged row is told to who asks for its transaction, and to none of those who submit at the same time")
    func damagedRow() async throws {
        let ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        let envelopes = try (0..<30).map { _ in
            try consortium.envelope(consortium.redemption(of: .sha256(Data())), by: "statistics")
        }
        let recorded = try await ledger.submit(envelopes[0])
        try await DatabaseQueue(path: folder.file().path).write {
            try $0.execute(sql: "UPDATE outcomes SET writes = X'00' WHERE leaf = ?", arguments: [recorded.index])
        }
        let failed = try await withThrowingTaskGroup(of: Digest?.self) { group in
            for envelope in envelopes {
                group.addTask {
                    do {
                        _ = try await ledger.submit(envelope)
                        return nil
                    } catch LedgerError.malformedRow {
                        return envelope.id
                    }
                }
            }
            return try await group.reduce(into: [Digest]()) { if let id = $1 { $0.append(id) } }
        }
        #expect(failed == [envelopes[0].id])
    }
}

/// A storage that counts how often it is read.
private final class CountedStorage: LedgerStorage {
    let reads = Mutex(0)
    private let storage: any LedgerStorage

    init(_ storage: any LedgerStorage) { self.storage = storage }

    func read<Value>(_ body: (any LedgerReader) throws -> Value) throws -> Value {
        reads.withLock { $0 += 1 }
        return try storage.read(body)
    }

    func commit<Value>(_ body: (any LedgerWriter) throws -> Value) throws -> Value { try storage.commit(body) }
    func damage() throws -> [String] { try storage.damage() }
}
