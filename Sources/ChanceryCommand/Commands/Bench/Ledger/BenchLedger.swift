import ArgumentParser
import Foundation
import Ledger

struct BenchLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Measure final transactions on a ledger, signing included, durable when counted.",
        discussion: """
            Token redemptions, each signed by its sender, verified by the ledger, or by every department's node, and \
            counted when its sender has been told that it is final. `cpu_ms` is of all processes: client, nodes, and \
            etcd where it is started here. `sqliteCommit` is the rate at which SQLite commits one row at a time on the \
            same disk, `ed25519Verify` that of `openssl speed`, in the same run.

            With --nodes it founds a consortium in a temporary folder, starts a node (chancery-node) for each \
            department and, unless --ordering names one, an etcd cluster of three members, loads them, and takes \
            everything away again.

            EXAMPLE:
              chancery bench ledger --in-flight 1,100 --json
              chancery bench ledger --nodes 3 --in-flight 100
            """)

    @Option(help: ArgumentHelp("How many departments order together, each with a node of its own.", valueName: "n"))
    var nodes = 1

    @Option(help: ArgumentHelp("Who orders: embedded, or etcd://host:port,….", valueName: "what"))
    var ordering: String?

    @Option(help: ArgumentHelp("How many transactions wait at a time, one measurement each.", valueName: "n,n"))
    var inFlight = NumberList([1, 10, 100, 400])

    @Option(help: ArgumentHelp("Transactions of a measurement; fewer where one waits at a time.", valueName: "n"))
    var transactions = 4_000

    @Option(help: ArgumentHelp("Also prove inclusion in a tree of so many synthetic leaves.", valueName: "n"))
    var tree: Int?

    @OptionGroup var json: JSONOptions

    /// Whether departments order together. One department that shares its order with nobody keeps it in its file.
    private var isCluster: Bool { ordering.map { $0 != "embedded" } ?? (nodes > 1) }

    func validate() throws {
        guard (100...1_000_000).contains(transactions) else {
            throw ValidationError("--transactions is 100 to 1000000")
        }
        guard (1...32).contains(nodes) else { throw ValidationError("--nodes is 1 to 32") }
        guard isCluster || nodes == 1 else {
            throw ValidationError("several nodes share an order: leave --ordering away, or name an etcd")
        }
        guard tree.map({ (1_000...100_000_000).contains($0) }) ?? true else {
            throw ValidationError("--tree is 1000 to 100000000")
        }
    }

    func run() async throws {
        let network = isCluster ? try Network.required() : nil
        let folder = try TemporaryFolder()
        var report = BenchReport()
        try report.add(BenchYardsticks.commits(in: folder, count: min(transactions, 1_000)))
        if let figure = BenchYardsticks.verifications() { report.add(figure) }
        if let network {
            try await cluster(network, folder, &report)
        } else {
            try await embedded(folder, &report)
        }
        if let tree { try report.add(SyntheticTreeBench.proof(leaves: tree, in: folder)) }
        try json.print(report.document) { report.text }
    }

    private func embedded(_ folder: TemporaryFolder, _ report: inout BenchReport) async throws {
        for width in inFlight.numbers {
            let load = load(width)
            let bench = try await EmbeddedBench(
                file: folder.url.appending(path: "ledger-\(width).sqlite"), transactions: load.count)
            report.add(try await load.run(on: bench))
            if width == inFlight.numbers.last {
                for figure in try bench.reads() { report.add(figure) }
            }
        }
    }

    private func cluster(
        _ network: any Networking, _ folder: TemporaryFolder, _ report: inout BenchReport
    ) async throws {
        let loads = inFlight.numbers.map(load)
        let bench = try await ClusterBench(
            nodes: nodes, ordering: ordering, transactions: loads.map(\.count).reduce(0, +), in: folder,
            network: network)
        report.add(bench.startFigure())
        for load in loads { report.add(try await load.run(on: bench)) }
        report.add(try await bench.restartFigure())
        await bench.stop()
    }

    private func load(_ width: Int) -> LedgerLoad {
        LedgerLoad(inFlight: width, count: width < 10 ? max(100, transactions / 4) : max(transactions, 5 * width))
    }
}
