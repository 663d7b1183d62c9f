import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import Synchronization

/// A department's node in a simulation: nothing happens to it but by a call, one after the other.
final class SimulatedDepartment {
    let name: String
    let party: PartyName
    let told = Told()
    let outbox = Outbox()
    private(set) var journal: any CrashingJournal
    private(set) var storage: SQLiteLedgerStorage
    private(set) var node: DepartmentNode
    private(set) var ledger: Ledger
    private(set) var pool: TransactionPool
    /// Place in the order up to which it has been given everything.
    var cursor: Int64 = 0
    /// The compaction of which it was told since it began to read.
    var knownCompaction: Int64 = 0
    var isDown = false

    private let consortium: TestConsortium
    private let time: VirtualTime
    private var batches = MemoryBatchStore()

    init(
        _ name: String, _ consortium: TestConsortium, _ storage: SQLiteLedgerStorage, _ journal: any CrashingJournal,
        time: VirtualTime
    ) throws {
        (self.name, self.consortium, self.storage, self.journal) = (name, consortium, storage, journal)
        self.time = time
        party = try Name(text: name)
        (ledger, pool, node) = try Self.open(name, consortium, storage, journal, batches, outbox, told, time)
    }

    private static func open(
        _ name: String, _ consortium: TestConsortium, _ storage: SQLiteLedgerStorage, _ journal: any CrashingJournal,
        _ batches: MemoryBatchStore, _ outbox: Outbox, _ told: Told, _ time: VirtualTime
    ) throws -> (Ledger, TransactionPool, DepartmentNode) {
        let (pool, clock) = (TransactionPool(limit: 100), consortium.clock)
        guard let cosigner = try consortium.cosigner(name) else { throw MissingKey() }
        let ledger = try Ledger(
            storage: storage, founding: consortium.founding, section: consortium.section,
            settings: LedgerSettings(
                operator: try Name(text: name), cosigner: cosigner, clock: { clock.now },
                rules: ContractRules(insecureKeysForTesting: true)),
            ordering: pool)
        let node = try DepartmentNode(
            ledger: ledger, pool: pool, keys: [consortium.key(name), consortium.key(name, second: true)],
            cosigner: cosigner, journal: journal, batches: batches,
            patience: .zero, resendAfter: .zero, roundPatience: .seconds(1), now: { time.now },
            emit: { outbox.put($0) }, report: { told.note($0) })
        return (ledger, pool, node)
    }

    /// Reads the order from behind `position` on, anew.
    func read(from position: Int64) { (cursor, knownCompaction) = (position, 0) }

    /// What was in memory is gone; the storage and the journal are as they were.
    func restart() async throws {
        journal.crash()
        isDown = false
        (ledger, pool, node) = try Self.open(name, consortium, storage, journal, batches, outbox, told, time)
        _ = outbox.drain()
    }

    /// Its folder is gone too: it begins from a copy of the ledger as it was at first.
    func rebuild(from storage: SQLiteLedgerStorage, journal: any CrashingJournal) async throws {
        (self.storage, self.journal, batches) = (storage, journal, MemoryBatchStore())
        try await restart()
    }
}

/// The time by which rounds are timed: it passes with what happens, so that a busy machine changes nothing.
final class VirtualTime: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }
    func pass(_ duration: Duration) { instant.withLock { $0 += duration } }
}

/// What a node wants sent, until somebody takes it.
final class Outbox: Sendable {
    private let waiting = Mutex<[NodeOutput]>([])

    func put(_ output: NodeOutput) { waiting.withLock { $0.append(output) } }

    func drain() -> [NodeOutput] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}

/// A journal whose department can be killed while it stores.
protocol CrashingJournal: VoteJournal {
    /// The next store kills the process, with or without having stored.
    func arm(storesFirst: Bool)
    /// The process is gone; what is durable stays.
    func crash()
}

/// Where no height is settled by hand.
extension CrashingJournal {
    func settlements() throws -> [SettledHeight] { [] }
    func keep(_ settled: SettledHeight) throws {}
}

struct SimulatedCrash: Error {}

/// Stores what it is given.
final class HonestJournal: CrashingJournal {
    private struct State {
        var stored: JournalState?
        var crash: Bool?
        var settled: [SettledHeight] = []
    }

    private let state = Mutex(State())

    init(_ stored: JournalState?) { state.withLock { $0.stored = stored } }

    func load() throws -> JournalState? { state.withLock { $0.stored } }

    func store(_ new: JournalState) throws {
        try state.withLock { state in
            let storesFirst = state.crash
            state.crash = nil
            if storesFirst != false { state.stored = new }
            if storesFirst != nil { throw SimulatedCrash() }
        }
    }

    func settlements() throws -> [SettledHeight] { state.withLock { $0.settled } }
    func keep(_ settled: SettledHeight) throws { state.withLock { $0.settled.append(settled) } }

    func arm(storesFirst: Bool) { state.withLock { $0.crash = storesFirst } }
    func crash() { state.withLock { $0.crash = nil } }
}

/// The planted fault: says that what is stored is durable, and loses it at a crash.
final class ForgetfulJournal: CrashingJournal {
    private struct State {
        let durable: JournalState?
        var inMemory: JournalState?
    }

    private let state: Mutex<State>

    init(_ stored: JournalState?) { state = Mutex(State(durable: stored, inMemory: stored)) }

    func load() throws -> JournalState? { state.withLock { $0.inMemory } }
    func store(_ new: JournalState) throws { state.withLock { $0.inMemory = new } }
    func arm(storesFirst: Bool) {}
    func crash() { state.withLock { $0.inMemory = $0.durable } }
}
