import CanonicalJSON
import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Synchronization

/// Departments that order together: a node each, as processes, with homes in a temporary folder.
final class ClusterBench: LoadedLedger {
    let ordering = "etcd"
    let nodes: Int
    private let home: URL
    private let network: any Networking
    /// `nil` where the order is kept elsewhere.
    private let etcd: BenchEtcd?
    private let address: String
    private let consortium: BenchConsortium
    private let tokens: BenchTokens
    private let running = Mutex<[Node]>([])
    private let startSeconds: Double

    private struct Node {
        let process: ChildProcess
        let connection: any NodeConnection
    }

    private static let passphrase = "a bench protects nothing"

    /// Founds the consortium, has all departments cosign what a node takes over, and starts everything.
    /// - Parameter transactions: How many will be submitted at most.
    init(
        nodes count: Int, ordering: String?, transactions: Int, in folder: TemporaryFolder, network: any Networking
    ) async throws {
        (nodes, self.network) = (count, network)
        home = folder.url.appending(path: "consortium", directoryHint: .isDirectory)
        let names = BenchNames(departments: count)
        // Each node's first one and that after the restart are more.
        (consortium, tokens) = try await ClusterBench.found(
            names, redemptions: transactions + count + 1, in: folder.url, home: home)
        let clock = ContinuousClock()
        let start = clock.now
        etcd = ordering == nil ? try BenchEtcd(in: folder.url) : nil
        address = ordering ?? etcd?.address ?? ""
        let started = try await withThrowingTaskGroup(of: (Int, Node).self) {
            [home, address, digest = consortium.ledger.consortium] group in
            for (number, name) in names.departments.enumerated() {
                group.addTask { (number, try await ClusterBench.start(name, of: digest, home, address, network)) }
            }
            return try await group.reduce(into: [(Int, Node)]()) { $0.append($1) }
        }
        running.withLock { $0 = started.sorted { $0.0 < $1.0 }.map(\.1) }
        try await ClusterBench.waitUntilReady(started.map(\.1))
        // Running is what answers with something final, at each node.
        for node in started.map(\.1) { try await consortium.redeem(tokens, node.connection.submit) }
        startSeconds = start.duration(to: clock.now) / .seconds(1)
    }

    private static func found(
        _ names: BenchNames, redemptions: Int, in folder: URL, home: URL
    ) async throws -> (BenchConsortium, BenchTokens) {
        let policies = folder.appending(path: "policies", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: policies, withIntermediateDirectories: true)
        let parties =
            names.departments.map { "  - {name: \($0), role: department, section: \(names.section)}\n" }
            + ["  - {name: \(names.user), role: collaborator}\n"]
        let text = "name: Bench\nsections: [\(names.section)]\nparties:\n\(parties.joined())"
        try Data(text.utf8).write(to: policies.appending(path: "consortium.yaml"))
        let local = try await FoundLocally(
            policy: ConsortiumPolicy(directory: policies), cost: .insecureForTesting
        ) { _ in secret() }.run(in: home)
        var keys: [PartyName: SigningKey] = [:]
        for name in names.departments + [names.user] {
            let vault = try KeyVault(directory: local.home(of: name).vaultDirectory, passphrase: secret())
            keys[name] = try vault.signingKeys().first
        }
        let first = try PartySession(home: local.home(of: names.departments[0]), passphrase: secret())
        let consortium = BenchConsortium(ledger: first.ledger.identity, keys: keys, departments: names.departments)
        guard let key = try BenchKey.known(bits: 2048) else { preconditionFailure("there is one of 2048 bits") }
        let tokens = try await consortium.prepareTokens(
            key: key, redemptions: redemptions, first.ledger.submit)
        for name in names.departments {
            _ = try PartySession(home: local.home(of: name), passphrase: secret()).cosign()
        }
        return (consortium, tokens)
    }

    private static func secret() -> SecretBytes {
        var bytes = Array(passphrase.utf8)
        return SecretBytes(wiping: &bytes)
    }

    private static func start(
        _ name: PartyName, of consortium: Digest, _ home: URL, _ address: String, _ network: any Networking
    ) async throws -> Node {
        let log = home.appending(path: "\(name).log")
        let process = try ChildProcess(
            NodeProgram.own.path(percentEncoded: false), ["serve", "--as", name.text, "--ordering", address],
            environment: ["CHANCERY_HOME": home.path(percentEncoded: false), "CHANCERY_PASSPHRASE": passphrase],
            log: log)
        guard let address = await process.nextLine().split(separator: " ").last else {
            throw BenchFailure.notStarted(program: "chancery serve", log: log.path(percentEncoded: false))
        }
        // On loopback nodes answer over plain HTTP, so there is no certificate to judge.
        let nobody = TransportTrust(consortium: consortium) { _ in nil }
        return Node(
            process: process,
            connection: try network.connect(to: String(address), trust: nobody, identity: nil).ledger)
    }

    /// A batch that stands in the order before a node has begun to follow it gets no cosignature of that node.
    private static func waitUntilReady(_ nodes: [Node]) async throws {
        for node in nodes {
            while try await !node.connection.isReady() { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    func submit(_ number: Int) async throws {
        let node = running.withLock { $0[number % $0.count].connection }
        try await consortium.redeem(tokens, node.submit)
    }

    /// Of the first node's ledger.
    func diskBytes() throws -> Int {
        let names = BenchNames(departments: nodes)
        let file = home.appending(path: "parties/\(names.departments[0])/node/\(names.section).sqlite")
        let storage = try SQLiteLedgerStorage(url: file)
        defer { try? storage.close() }
        return try storage.byteCount()
    }

    private func processes() -> [ProcessRole: [RunningProcess]] {
        var processes: [ProcessRole: [RunningProcess]] = [
            .client: [.own], .nodes: running.withLock { $0.map(\.process.running) },
        ]
        if let etcd { processes[.etcd] = etcd.members.map(\.running) }
        return processes
    }

    func processorSeconds() -> [ProcessRole: Double] {
        processes().mapValues { $0.map(\.processorSeconds).reduce(0, +) }
    }

    func residentBytes() -> [ProcessRole: Int] {
        processes().mapValues { $0.map(\.residentBytes).reduce(0, +) }
    }

    /// From the first process to a final transaction through each node; etcd's own start is in it.
    func startFigure() -> BenchReport.Figure {
        BenchReport.Figure(
            name: "start", parameters: ["nodes": .integer(Int64(nodes))], value: startSeconds, unit: "s")
    }

    /// From the start of a node that was killed, with all that it has, until it listens; and until one more transaction
    /// through it is final.
    func restartFigure() async throws -> BenchReport.Figure {
        let name = BenchNames(departments: nodes).departments[0]
        running.withLock { $0[0].process.kill() }
        let clock = ContinuousClock()
        let start = clock.now
        let node = try await ClusterBench.start(name, of: consortium.ledger.consortium, home, address, network)
        let listening = start.duration(to: clock.now) / .seconds(1)
        running.withLock { $0[0] = node }
        try await ClusterBench.waitUntilReady([node])
        let receipt = Mutex<Receipt?>(nil)
        try await consortium.redeem(tokens) { envelope in
            let given = try await node.connection.submit(envelope)
            receipt.withLock { $0 = given }
            return given
        }
        return BenchReport.Figure(
            name: "restart",
            parameters: [
                "nodes": .integer(Int64(nodes)),
                "leaves": .integer(Int64(receipt.withLock { $0?.index ?? 0 })),
            ], value: listening, unit: "s",
            details: ["final_s": start.duration(to: clock.now) / .seconds(1)])
    }

    func stop() async {
        for node in running.withLock({ $0 }) { node.process.kill() }
        for member in etcd?.members ?? [] { member.kill() }
    }
}
