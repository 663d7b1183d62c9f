import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Synchronization
import TransparencyLog

/// Departments' nodes in one process, each with a storage and a journal of its own. The test is the order and the
/// network: a node does no I/O of either kind.
final class TestCluster: Sendable {
    let consortium: TestConsortium
    let folder: TemporaryFolder
    let members: [Member]
    /// Everything that was written to the order, as every node sees it.
    private let order = Mutex<[BatchEvent]>([])
    /// The delivery of the newest event, which waits for those before it.
    private let delivery = Mutex<Task<Void, any Error>?>(nil)
    /// Whose batches the order shows nobody of these.
    private let hidden = Mutex<[String: Set<String>]>([:])
    private let cut = Mutex<Set<String>>([])
    /// How long nodes wanted to wait for those whom they had answered.
    let gatherings = Mutex<[Duration]>([])
    /// Batches that nodes offered to the others before they proposed one, and what they proposed then.
    let offers = Mutex<[Offer]>([])
    /// How often nodes asked the order a second time, by height.
    let readings = Mutex<[Int: Int]>([:])

    struct Offer {
        let by: String
        let height: Int
        let batch: Data
        var proposed: Data?
    }

    struct Member: Sendable {
        let name: String
        let ledger: Ledger
        let pool: TransactionPool
        let node: DepartmentNode
        let told: Told
        let journal: MemoryJournal
        let storage: SQLiteLedgerStorage
        let batches: MemoryBatchStore
    }

    /// Opens the section on one storage, as `found` does, and gives each department a copy that all have cosigned.
    init(
        departments: Int = 4, joining: [String] = [], clocks: [String: Int64] = [:],
        policy: SharingPolicy = SharingPolicy(), patience: Duration = .zero, reportsFaults: Bool = false
    ) async throws {
        consortium = try TestConsortium(departments: departments, joining: joining, policy: policy)
        folder = try TemporaryFolder()
        let shared = try folder.storage("shared")
        try await consortium.begin(try consortium.open(shared))
        for name in consortium.departments {
            _ = try consortium.open(shared, as: name).cosign(replica: SQLiteLedgerStorage.scratch(), lastSeen: nil)
        }
        var members: [Member] = []
        for name in consortium.departments {
            let own = try folder.storage(name)
            let source = try consortium.open(shared, as: name)
            let head = try source.catchUp(own)
            let cosignatures = try source.read { try $0.cosignatures(height: head.height) }
            try own.commit { writer in
                for cosignature in cosignatures { try writer.append(cosignature, height: head.height) }
            }
            members.append(
                try await TestCluster.member(
                    name, consortium, own, MemoryJournal(), ahead: clocks[name] ?? 0, patience: patience,
                    reportsFaults: reportsFaults))
        }
        for name in joining {
            // Nothing but the founding record, and the blocks that the others show.
            let own = try folder.storage(name)
            let empty = try consortium.open(own, as: name)
            let head = try members[0].ledger.head()?.height ?? 0
            try empty.take(try (0...head).map { try members[0].ledger.exportedBlock(at: $0) })
            members.append(try await TestCluster.member(name, consortium, own, MemoryJournal()))
        }
        self.members = members
    }

    static func member(
        _ name: String, _ consortium: TestConsortium, _ storage: SQLiteLedgerStorage, _ journal: MemoryJournal,
        ahead: Int64 = 0, isConfirmed: Bool = true, patience: Duration = .zero, reportsFaults: Bool = false
    ) async throws -> Member {
        let (pool, told, clock) = (TransactionPool(limit: 100), Told(), consortium.clock)
        let batches = MemoryBatchStore()
        let party: PartyName = try Name(text: name)
        guard let cosigner = try consortium.cosigner(name) else { throw MissingKey() }
        let ledger = try Ledger(
            storage: storage, founding: consortium.founding, section: consortium.section,
            settings: LedgerSettings(
                operator: party, cosigner: cosigner, clock: { clock.now.adding(seconds: ahead) },
                rules: ContractRules(insecureKeysForTesting: true)),
            ordering: pool)
        let node = try DepartmentNode(
            ledger: ledger, pool: pool, keys: [consortium.key(name), consortium.key(name, second: true)],
            cosigner: cosigner, journal: journal, batches: batches, patience: patience, reportsFaults: reportsFaults
        ) { told.note($0) }
        if isConfirmed { try await confirm(node, in: consortium) }
        return Member(
            name: name, ledger: ledger, pool: pool, node: node, told: told, journal: journal, storage: storage,
            batches: batches)
    }

    /// All others say that they have nothing of this department, and the order begins after this.
    static func confirm(_ node: DepartmentNode, in consortium: TestConsortium) async throws {
        for name in consortium.departments { try await node.hear(nil, from: Name(text: name)) }
        if await node.hasNoJournal { try await node.begin(silentThrough: 0) }
    }

    subscript(_ name: String) -> Member {
        get throws {
            guard let member = members.first(where: { $0.name == name }) else { throw MissingKey() }
            return member
        }
    }

    /// The order shows these departments no batches of that one: it lies to them.
    func hide(batchesOf department: String, from names: Set<String>) {
        hidden.withLock { hidden in
            if names.isEmpty { hidden = [:] } else { hidden[department] = names }
        }
    }

    /// Nothing that this department sends arrives, and nothing arrives there.
    func partition(_ names: Set<String>) { cut.withLock { $0 = names } }

    /// Founds a cluster, and carries what its nodes want sent for as long as `body` runs, letting them propose.
    static func run(
        departments: Int = 4, joining: [String] = [], clocks: [String: Int64] = [:],
        policy: SharingPolicy = SharingPolicy(), patience: Duration = .zero, reportsFaults: Bool = false,
        _ body: @escaping @Sendable (TestCluster) async throws -> Void
    ) async throws {
        let cluster = try await TestCluster(
            departments: departments, joining: joining, clocks: clocks, policy: policy, patience: patience,
            reportsFaults: reportsFaults)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for member in cluster.members {
                group.addTask {
                    for await output in member.node.outputs { try await cluster.carry(output, from: member) }
                }
            }
            group.addTask {
                var beats = 0
                while !Task.isCancelled {
                    for member in cluster.members { try await member.node.tick() }
                    beats += 1
                    // As a node's service does: who missed the last cosignature of a height finds the block.
                    if beats % 100 == 0 {
                        for member in cluster.members { try await cluster.carry(.fetch(height: 0), from: member) }
                    }
                    try await Task.sleep(for: TestCluster.beat)
                }
            }
            group.addTask { try await body(cluster) }
            group.addTask {
                try await Task.sleep(for: TestCluster.longest)
                throw NotInTime(heads: cluster.members.map { "\($0.name): \((try? $0.ledger.head())?.height ?? -1)" })
            }
            // The others end by failing only.
            try await group.next()
            group.cancelAll()
        }
    }

    /// How often the nodes are called, as a node's service calls them; nothing is expected to have happened after one.
    static let beat = Duration.milliseconds(1)

    /// What a test waits for comes within this time, on a busy machine too, or does not come.
    private static let longest = Duration.seconds(600)

    private struct NotInTime: Error {
        /// Of each member, its height.
        let heads: [String]
    }

    private func carry(_ output: NodeOutput, from sender: Member) async throws {
        let cut = cut.withLock { $0 }
        switch output {
        case .send(let message):
            for member in members where member.name != sender.name && cut.isDisjoint(with: [member.name, sender.name]) {
                try await member.node.take(message)
            }
        case .agree(let message):
            for member in members where member.name != sender.name && cut.isDisjoint(with: [member.name, sender.name]) {
                try await member.node.take(message)
            }
        case .offer(let batch, let height):
            // Held when it is proposed.
            offers.withLock { $0.append(Offer(by: sender.name, height: height, batch: batch)) }
        case .propose(let batch, let height):
            offers.withLock { offers in
                let made = offers.lastIndex { $0.by == sender.name && $0.height == height && $0.proposed == nil }
                if let made { offers[made].proposed = batch }
            }
            try await write(inOrder(batch, height, of: sender, cut: cut), height: height, as: sender.name)
        case .fetchBatch(let digest, _):
            for member in members where member.name != sender.name && cut.isDisjoint(with: [member.name, sender.name]) {
                if let batch = try await member.node.heldBatch(digest) { try await sender.node.take(batch: batch) }
            }
        case .fetchBlock(let root, _):
            for member in members where member.name != sender.name && cut.isDisjoint(with: [member.name, sender.name]) {
                if let batch = try await member.node.shownBatch(root: root) { try await sender.node.take(batch) }
            }
        case .fetch:
            for member in members where member.name != sender.name && cut.isDisjoint(with: [member.name, sender.name]) {
                while let block = try? member.ledger.exportedBlock(at: await sender.node.status.height + 1),
                    try await sender.node.take(block, from: Name(text: member.name))
                {}
            }
        case .takeArrivals(let after):
            // The next beat calls it.
            gatherings.withLock { $0.append(after) }
        case .readStanding(let request):
            readings.withLock { $0[request.height, default: 0] += 1 }
            try await answerOpenRequests(of: sender)
        case .rewind:
            let start = await sender.node.startPosition()
            for event in events where event.position > start { try await show(event, to: sender) }
        }
    }

    /// Has a node take an event, and answers what it asks about it.
    func show(_ event: BatchEvent, to member: Member) async throws {
        try await member.node.take(event)
        try await answerOpenRequests(of: member)
    }

    /// As the order is shown to this department.
    private func answerOpenRequests(of member: Member) async throws {
        while let request = await member.node.openRequest {
            let blind = hidden.withLock { $0.filter { $0.value.contains(member.name) }.keys }
            let shown = events.filter { !blind.contains($0.department.text) }
            try await member.node.take(shown.standing(request), for: request)
        }
    }

    /// Valid cosignatures of a department for trees of one size, which are nobody's. The size is that of the tree after
    /// a next block with one transaction.
    func trees(_ texts: [String] = ["a", "b"], after head: StoredBlock, by name: String) throws
        -> [CosignatureMessage]
    {
        try texts.map { text in
            try cosignature(
                of: .sha256(Data(text.utf8)), size: head.size + 2, height: head.height + 1, by: name)
        }
    }

    /// A department's valid cosignature of any tree.
    func cosignature(of root: Digest, size: Int, height: Int, by name: String) throws -> CosignatureMessage {
        let party: PartyName = try Name(text: name)
        guard let secret = consortium.keys[party]?.cosigning else { throw MissingKey() }
        let key = try CosigningKey(name: Cosigner.keyName(of: party, consortium.founding.digest()), secret: secret)
        let checkpoint = try Checkpoint(origin: consortium.identity.origin, size: size, root: root)
        let line = try key.cosign(checkpoint, at: consortium.clock.now).noteSignature
        return CosignatureMessage(
            cosignature: PartyCosignature(party: party, signature: line.signature), height: height, root: root,
            size: size)
    }

    /// A copy of a department's ledger and journal as they are now.
    func backup(of name: String) async throws -> (storage: SQLiteLedgerStorage, journal: MemoryJournal) {
        let (storage, journal, member) = (try folder.storage("backup of \(name)"), MemoryJournal(), try self[name])
        let copy = try consortium.open(storage, as: name)
        let head = try member.ledger.head()?.height ?? 0
        try copy.take(try (0...head).map { try member.ledger.exportedBlock(at: $0) })
        if let state = try member.journal.load() { try journal.store(state) }
        return (storage, journal)
    }

    /// As a node's service does: a large batch is held by others, and referred to.
    private func inOrder(_ batch: Data, _ height: Int, of sender: Member, cut: Set<String>) async throws -> Data {
        guard batch.count > DepartmentNode.largestInlineBatch else { return batch }
        var statements: [PartyName: Data] = [:]
        let party: PartyName = try Name(text: sender.name)
        for member in members where member.name == sender.name || cut.isDisjoint(with: [member.name, sender.name]) {
            let statement = try await member.node.hold(batch, height: height, by: party)
            if let statement { statements[member.node.party] = statement }
        }
        return await statements.count >= sender.node.holdersWanted ? sender.node.reference(statements) : batch
    }

    /// Writes to the order as `department` can, whatever the bytes.
    func write(_ batch: Data, height: Int, as department: String) async throws {
        let party: PartyName = try Name(text: department)
        try await append { order in
            let isFirst = !order.contains { $0.department == party && $0.height == height }
            return BatchEvent(
                position: Int64(order.count + 1), department: party, height: height,
                change: isFirst ? .written(batch) : .rewritten(batch))
        }
    }

    func delete(height: Int, of department: String) async throws {
        let party: PartyName = try Name(text: department)
        try await append { order in
            BatchEvent(position: Int64(order.count + 1), department: party, height: height, change: .deleted)
        }
    }

    /// Every node takes the events one after the other, as the order has them, however many write at once.
    private func append(_ event: (_ order: [BatchEvent]) -> BatchEvent) async throws {
        let members = members
        let taken = order.withLock { order in
            let event = event(order)
            order.append(event)
            let blind = hidden.withLock { $0["\(event.department)"] ?? [] }
            return delivery.withLock { last in
                let before = last
                let task = Task {
                    _ = await before?.result
                    for member in members where !blind.contains(member.name) { try await show(event, to: member) }
                }
                last = task
                return task
            }
        }
        try await taken.value
    }

    var events: [BatchEvent] { order.withLock { $0 } }

    /// Submits through a department's node, and returns when the transaction is final there.
    func submit(_ envelope: Envelope, at name: String) async throws -> Receipt {
        try await self[name].ledger.submit(envelope)
    }

    /// Waits until all of `names` have the same head.
    func settle(_ names: [String], at height: Int = 0) async throws -> StoredBlock? {
        let ledgers = try names.map { try self[$0].ledger }
        while true {
            let heads = try Set(ledgers.map { try $0.head() })
            if heads.count == 1, let head = heads.first, head?.height ?? 0 >= height { return head }
            try await Task.sleep(for: TestCluster.beat)
        }
    }
}

/// A journal that a test can look into and hand to a node that is started again.
final class MemoryJournal: VoteJournal {
    private let state = Mutex<JournalState?>(nil)

    func load() throws -> JournalState? { state.withLock { $0 } }
    func store(_ state: JournalState) throws { self.state.withLock { $0 = state } }

    private let settled = Mutex<[SettledHeight]>([])

    func settlements() throws -> [SettledHeight] { settled.withLock { $0 } }
    func keep(_ height: SettledHeight) throws { settled.withLock { $0.append(height) } }
}

/// What a node has told.
final class Told: Sendable {
    private let list = Mutex<[NodeEvent]>([])

    func note(_ event: NodeEvent) { list.withLock { $0.append(event) } }
    var events: [NodeEvent] { list.withLock { $0 } }
}

extension Name {
    init(text: String) throws {
        guard let name = Name(text) else { throw NotAName() }
        self = name
    }
}
