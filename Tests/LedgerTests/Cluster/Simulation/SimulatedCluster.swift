import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import TestSupport

/// Departments, an order and a network in one thread: every delivery, loss, crash and write is a step that a seeded
/// generator chooses, so a schedule that breaks something can be run again.
final class SimulatedCluster {
    let consortium: TestConsortium
    private(set) var departments: [SimulatedDepartment] = []
    /// The order as each department is shown it; alike for all unless it lies.
    private(set) var views: [String: [BatchEvent]] = [:]
    /// Departments that are members from the beginning, and one that may join.
    let names: [String]
    var orderLies: Bool
    /// Of what happened up to here, the order has only what stood there.
    private(set) var compactedAt: Int64 = 0
    /// Cosignatures and statements on their way.
    var messages: [(from: String, to: String, NodeMessage)] = []
    /// Batches on their way into the order.
    var writes: [(by: String, batch: Data, height: Int)] = []
    /// Whether every batch goes by reference, not the large ones only.
    var refers = false
    /// Batches that departments have asked the others for.
    private(set) var wanted: [(by: String, batch: Digest)] = []
    /// Blocks whose batches departments do not find in the order, and have asked the others for.
    private(set) var missed: [(by: String, root: Digest)] = []
    /// Batches that came from those who had those blocks.
    private(set) var recovered = 0
    /// Batches that came from another department because the order only refers to them.
    private(set) var fetched = 0
    /// Asked in the place of the departments' own views of the order.
    var orderAnswers: ((SimulatedDepartment, StandingRequest) async throws -> StandingBatches)?
    var cut: Set<String> = []
    let time = VirtualTime()
    var generator: SeededGenerator
    /// What clients were told, and nothing else.
    private(set) var acknowledged: [Acknowledgement] = []
    private var submitted: [(department: String, id: Digest)] = []
    /// Cosignatures that were seen on the network: a hostile department may send them again.
    var overheard: [CosignatureMessage] = []
    /// Plays no part of its own; the schedule uses its keys.
    let hostile: String?
    /// Sizes of which it has told each department another tree, and nobody has forgotten it in a crash.
    var toldApart: Set<Int> = []

    struct Acknowledgement: Hashable {
        let id: Digest
        let height: Int
        let department: String
    }

    init(
        departments count: Int, seed: UInt64, orderLies: Bool = false, hostile: String? = nil, joining: String? = nil,
        journal: (JournalState?) -> any CrashingJournal = HonestJournal.init
    ) async throws {
        consortium = try TestConsortium(departments: count, joining: joining.map { [$0] } ?? [])
        names = consortium.departments + (joining.map { [$0] } ?? [])
        generator = SeededGenerator(seed: seed)
        (self.orderLies, self.hostile) = (orderLies, hostile)
        let shared = try SQLiteLedgerStorage.scratch()
        try await consortium.begin(try consortium.open(shared))
        for name in consortium.departments {
            _ = try consortium.open(shared, as: name).cosign(replica: SQLiteLedgerStorage.scratch(), lastSeen: nil)
        }
        origin = shared
        for name in names where name != hostile {
            let fresh = journal(JournalState(silentThrough: 0, vote: nil))
            departments.append(
                try SimulatedDepartment(
                    name, consortium, try copyOfOrigin(as: name), fresh, time: time))
        }
        for name in names { views[name] = [] }
        for department in departments {
            for other in departments where other.name != department.name { try await confirm(department, by: other) }
        }
    }

    private let origin: SQLiteLedgerStorage

    func copyOfOrigin(as name: String) throws -> SQLiteLedgerStorage {
        let own = try SQLiteLedgerStorage.scratch()
        let source = try consortium.open(origin, as: name)
        let head = try source.catchUp(own)
        let cosignatures = try source.read { try $0.cosignatures(height: head.height) }
        try own.commit { writer in
            for cosignature in cosignatures { try writer.append(cosignature, height: head.height) }
        }
        return own
    }

    // MARK: What can happen

    /// Gives a department the next event of the order.
    func deliverEvent(to department: SimulatedDepartment) async throws {
        guard !department.isDown, var view = views[department.name] else { return }
        if department.cursor < compactedAt {
            view = view.compacted(at: compactedAt)
            if department.knownCompaction < compactedAt {
                department.knownCompaction = compactedAt
                await department.node.passOverGap(through: compactedAt - 1)
            }
        }
        guard let event = view.first(where: { $0.position > department.cursor }) else {
            // What was left of it is gone too.
            department.cursor = views[department.name]?.last?.position ?? 0
            return
        }
        department.cursor = event.position
        try await call(department) { try await $0.take(event) }
    }

    /// Gives a department the next event as it should not be: lost, or, where it is a batch, with another byte in it, or
    /// under a later place.
    func deliverSpoilt(to department: SimulatedDepartment) async throws {
        guard !department.isDown, department.cursor >= compactedAt,
            let event = views[department.name]?.first(where: { $0.position > department.cursor })
        else { return }
        department.cursor = event.position
        guard var batch = event.batch, !batch.isEmpty, Int.random(in: 0..<3, using: &generator) > 0 else { return }
        var position = event.position
        if Bool.random(using: &generator) {
            batch[Int.random(in: batch.indices, using: &generator)] ^= 1
        } else {
            position += Int64.random(in: 1...40, using: &generator)
        }
        // Of a place that was changed etcd's reader takes the write for a later one.
        let spoilt = BatchEvent(
            position: position, department: event.department, height: event.height,
            change: position == event.position ? event.change(to: batch) : .rewritten(batch))
        // What comes behind a place out of order is not read on: etcd's reader ends there, and begins behind that place.
        department.cursor = position
        try await call(department) { try await $0.take(spoilt) }
    }

    func deliverMessage(at index: Int, keeps: Bool = false) async throws {
        let (from, to, message) = messages[index]
        if !keeps { messages.remove(at: index) }
        guard cut.isDisjoint(with: [from, to]), let target = departments.first(where: { $0.name == to }) else { return }
        try await call(target) { node in
            switch message {
            case .cosignature(let message): try await node.take(message)
            case .agreement(let message): try await node.take(message)
            case .transaction: break
            }
        }
    }

    func deliverWrite(at index: Int) throws {
        let (by, batch, height) = writes.remove(at: index)
        let party: PartyName = try Name(text: by)
        guard let own = views[by], !own.contains(where: { $0.department == party && $0.height == height }) else {
            return
        }
        try write(batch, height: height, as: by)
    }

    /// Writes into the order as a department can, whatever stands there.
    func write(_ batch: Data?, height: Int, as name: String) throws {
        let party: PartyName = try Name(text: name)
        for department in names {
            guard var view = views[department] else { continue }
            let isFirst = !view.contains { $0.department == party && $0.height == height }
            let change: BatchEvent.Change =
                if let batch { isFirst ? .written(batch) : .rewritten(batch) } else { .deleted }
            let position = Int64(view.count + 1)
            view.append(BatchEvent(position: position, department: party, height: height, change: change))
            if orderLies { swapLast(&view, unseenBy: department) }
            views[department] = view
        }
    }

    /// A lie: to this department the last two come the other way round.
    private func swapLast(_ view: inout [BatchEvent], unseenBy name: String) {
        guard view.count >= 2, Bool.random(using: &generator) else { return }
        let (first, second) = (view[view.count - 2], view[view.count - 1])
        guard let department = departments.first(where: { $0.name == name }), first.position > department.cursor else {
            return
        }
        view[view.count - 2] = BatchEvent(
            position: first.position, department: second.department, height: second.height, change: second.change)
        view[view.count - 1] = BatchEvent(
            position: second.position, department: first.department, height: first.height, change: first.change)
    }

    /// The order forgets what was written over or deleted up to now, whoever has read it.
    func compact() { compactedAt = views.values.compactMap { $0.last?.position }.min() ?? 0 }

    /// Shows a department another history from its beginning on.
    func show(_ events: [BatchEvent], to name: String) { views[name] = events }

    /// A department hears what another has of it, as every node does after a start.
    func confirm(_ department: SimulatedDepartment, by other: SimulatedDepartment) async throws {
        let (isConfirmed, hasNoJournal) = (await department.node.isConfirmed, await department.node.hasNoJournal)
        guard !isConfirmed || hasNoJournal else { return }
        let newest = try await other.node.newestCosignature(of: department.party)
        let statement = await other.node.newestStatement(of: department.party)
        let (party, end) = (other.party, Int64(views[department.name]?.count ?? 0))
        try await call(department) { node in
            try await node.hear(newest, said: statement, from: party)
            if await node.isConfirmed, await node.hasNoJournal { try await node.begin(silentThrough: end) }
        }
    }

    func fetch(_ department: SimulatedDepartment, from other: SimulatedDepartment) async throws {
        guard cut.isDisjoint(with: [department.name, other.name]), !department.isDown, !other.isDown,
            department.name != other.name
        else { return }
        try await confirm(department, by: other)
        while let block = try? other.ledger.exportedBlock(at: await department.node.status.height + 1) {
            let party = other.party
            let before = await department.node.status.height
            try await call(department) { _ = try await $0.take(block, from: party) }
            guard await department.node.status.height > before else { break }
        }
    }

    func submit(at department: SimulatedDepartment, purpose: String) async throws -> Envelope {
        let envelope = try consortium.envelope(consortium.request(purpose: purpose), by: "statistics")
        try offer(envelope, at: department)
        submitted.append((department.name, envelope.id))
        return envelope
    }

    /// Puts a transaction into a department's queue, as a client or another department does.
    func offer(_ envelope: Envelope, at department: SimulatedDepartment) throws {
        guard case .admitted(let transaction) = try department.ledger.admit(envelope) else { return }
        department.pool.add([transaction])
    }

    func restart(_ department: SimulatedDepartment) async throws {
        toldApart = []
        wanted.removeAll { $0.by == department.name }
        missed.removeAll { $0.by == department.name }
        try await department.restart()
        department.read(from: await department.node.startPosition())
        try await call(department) { try await $0.settleKept() }
    }

    /// A batch that is not to stand in the order itself is held by those whom its proposer reaches, and referred to if they are enough.
    private func inOrder(_ batch: Data, _ height: Int, by proposer: SimulatedDepartment) async throws -> Data {
        guard refers || batch.count > DepartmentNode.largestInlineBatch else { return batch }
        var statements: [PartyName: Data] = [:]
        for holder in departments where !holder.isDown {
            let answers = reaches(proposer, holder) && Int.random(in: 0..<4, using: &generator) > 0
            guard answers || holder.name == proposer.name else { continue }
            statements[holder.party] = try await holder.node.hold(batch, height: height, by: proposer.party)
            // Sooner or later than the order has it, or never.
            if Bool.random(using: &generator) {
                await holder.node.foresee(batch, height: height, by: proposer.party)
            }
        }
        return await statements.count >= proposer.node.holdersWanted ? proposer.node.reference(statements) : batch
    }

    private func reaches(_ one: SimulatedDepartment, _ other: SimulatedDepartment) -> Bool {
        !one.isDown && !other.isDown && cut.isDisjoint(with: [one.name, other.name])
    }

    /// Takes a batch that others have cosigned to a department that missed it.
    func deliverCosigned(at index: Int) async throws {
        let (by, root) = missed.remove(at: index)
        guard let target = departments.first(where: { $0.name == by }) else { return }
        for other in departments.shuffled(using: &generator) where other.name != by && reaches(target, other) {
            guard let batch = try await other.node.shownBatch(root: root) else { continue }
            recovered += 1
            return try await call(target) { try await $0.take(batch) }
        }
    }

    /// Takes a batch that a department has asked for to it, from whomever it reaches that has it.
    func deliverBatch(at index: Int) async throws {
        let (by, digest) = wanted[index]
        guard let target = departments.first(where: { $0.name == by }) else { return }
        for other in departments.shuffled(using: &generator) where other.name != by && reaches(target, other) {
            guard let batch = try await other.node.heldBatch(digest) else { continue }
            wanted.remove(at: index)
            fetched += 1
            return try await call(target) { try await $0.take(batch: batch) }
        }
    }

    func rebuild(_ department: SimulatedDepartment) async throws {
        try await department.rebuild(from: copyOfOrigin(as: department.name), journal: HonestJournal(nil))
        department.read(from: 0)
    }

    // MARK: What a node does with it

    /// Calls a node, and carries what it wants sent. A node whose journal kills it is down.
    func call(_ department: SimulatedDepartment, _ body: @Sendable (DepartmentNode) async throws -> Void) async throws {
        guard !department.isDown else { return }
        do {
            try await body(department.node)
        } catch is SimulatedCrash {
            department.isDown = true
            _ = department.outbox.drain()
            return
        }
        // What is said again while it is on its way is there once.
        var underway = Set(messages.lazy.filter { $0.from == department.name }.map(Underway.init))
        for output in department.outbox.drain() {
            switch output {
            case .send(let message):
                if overheard.count < 200 { overheard.append(message) }
                send(.cosignature(message), from: department, &underway)
            case .agree(let message): send(.agreement(message), from: department, &underway)
            case .offer: break
            case .propose(let batch, let height):
                writes.append((department.name, try await inOrder(batch, height, by: department), height))
            case .fetchBatch(let digest, _):
                let asked = (by: department.name, batch: digest)
                if !wanted.contains(where: { $0 == asked }) { wanted.append(asked) }
            case .fetchBlock(let root, _):
                if !missed.contains(where: { $0 == (department.name, root) }) { missed.append((department.name, root)) }
            case .fetch, .takeArrivals: break
            case .readStanding(let request):
                let standing = try await standing(department, request)
                try await call(department) { try await $0.take(standing, for: request) }
            case .rewind: department.read(from: await department.node.startPosition())
            }
        }
        // A network keeps only so much.
        while messages.count > 600 { messages.remove(at: Int.random(in: 0..<messages.count, using: &generator)) }
        try acknowledge(department)
    }

    private struct Underway: Hashable {
        let to: String
        let message: NodeMessage

        init(_ message: (from: String, to: String, NodeMessage)) { (_, to, self.message) = message }
    }

    private func send(_ message: NodeMessage, from department: SimulatedDepartment, _ underway: inout Set<Underway>) {
        for other in names where other != department.name {
            let new = (from: department.name, to: other, message)
            if underway.insert(Underway(new)).inserted { messages.append(new) }
        }
    }

    /// What the order answers a department that asks a second time.
    private func standing(
        _ department: SimulatedDepartment, _ request: StandingRequest
    ) async throws -> StandingBatches {
        if let orderAnswers { return try await orderAnswers(department, request) }
        return (views[department.name] ?? []).standing(request)
    }

    /// A client is told by the department through which it submitted, when the transaction is in its ledger.
    private func acknowledge(_ department: SimulatedDepartment) throws {
        let reached = try submitted.filter { $0.department == department.name }.compactMap { submission in
            try department.ledger.read { try $0.receipt(of: submission.id) }
        }
        for receipt in reached {
            acknowledged.append(
                Acknowledgement(id: receipt.transaction, height: receipt.height, department: department.name))
            submitted.removeAll { $0.id == receipt.transaction }
        }
    }
}

extension BatchEvent {
    fileprivate func change(to batch: Data) -> Change {
        if case .written = change { .written(batch) } else { .rewritten(batch) }
    }
}
