import ArgumentParser
import AsyncHTTPClient
import Foundation
import Gateway
import Hummingbird
import KeyVault
import Ledger
import LedgerEtcd
import LedgerHTTP
import Logging
import NIOCore
import ServiceLifecycle
import SharingModel
import Synchronization
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a department's node: it follows the order, executes, cosigns, and serves the ledger.",
        discussion: """
            With --ordering embedded it serves the one operator's ledger as it is. With --ordering etcd://… it keeps \
            a copy of its own, executes every batch that etcd orders, and cosigns the block; a block is final when a \
            quorum of the departments has. Prints the address it listens on.

            Settings are read from node.yaml in the home (listen, advertise, ordering), then from CHANCERY_LISTEN, \
            CHANCERY_ADVERTISE and CHANCERY_ORDERING, then from these options.

            EXAMPLE:
              chancery serve --home parties/site1 --ordering etcd://127.0.0.1:2379
            """)

    @OptionGroup var options: SessionOptions

    @Option(help: ArgumentHelp("Who orders: embedded, or etcd://host:port,….", valueName: "what"))
    var ordering: String?

    @Option(help: ArgumentHelp("Where to listen; port 0 lets the system choose.", valueName: "host:port"))
    var listen: String?

    @Option(help: ArgumentHelp("The address that the other nodes are told, as URL.", valueName: "url"))
    var advertise: String?

    func run() async throws {
        let home = try HomeLocation(directory: options.home.directory).home(of: options.party.party)
        var given: [NodeConfiguration.Setting: String] = [:]
        given[.ordering] = ordering
        given[.listen] = listen
        given[.advertise] = advertise
        let configuration = try NodeConfiguration(
            home: home.directory, environment: ProcessInfo.processInfo.environment, given: given)
        var logger = Logger(label: "chancery.\(home.party.name)", factory: StreamLogHandler.standardError(label:))
        logger.logLevel = .info
        switch configuration.ordering {
        case .embedded: try await serveEmbedded(home, configuration, logger)
        case .etcd(let address):
            try await serveCluster(home, configuration, EtcdEndpoints(parsing: address), logger)
        }
    }

    private func serveEmbedded(_ home: PartyHome, _ configuration: NodeConfiguration, _ logger: Logger) async throws {
        let session = try PartySession(
            home: home, section: options.section.section,
            passphrase: Passphrases.source.passphrase(for: home.party.name))
        let routes = LedgerRoutes(
            ledger: session.ledger, node: nil, pool: nil, blobs: session.blobs, health: NodeHealth())
        try await run([], routes, configuration, home.party.name, logger) { _ in }
    }

    private func serveCluster(
        _ home: PartyHome, _ configuration: NodeConfiguration, _ endpoints: EtcdEndpoints, _ logger: Logger
    ) async throws {
        let health = NodeHealth()
        let node = try DepartmentNodeHome(
            home: home, section: options.section.section,
            passphrase: Passphrases.source.passphrase(for: home.party.name)
        ) { event in
            health.note(event)
            logger.log(level: event.isNotable ? .warning : .info, "\(event.line)")
        }
        let http = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPClient.Configuration(
                timeout: .init(connect: .seconds(2), read: .seconds(5))))
        let log = EtcdBatchLog(
            endpoints: endpoints, ledger: node.ledger.identity.origin, department: home.party.name, http: http)
        let (own, party) = (OwnAddress(), home.party.name)
        let service = NodeService(
            node: node.node, pool: node.pool, log: log, http: http, health: health, logger: logger
        ) {
            let known = try await log.addresses()
            // The others find this node by it.
            if let address = own.value, known[party] != address { try await log.announce(address: address) }
            return known
        }
        let routes = LedgerRoutes(
            ledger: node.ledger, node: node.node, pool: node.pool, blobs: node.blobs, health: health)
        do {
            try await run([service], routes, configuration, home.party.name, logger) { own.set($0) }
        } catch {
            try? await http.shutdown()
            throw error
        }
        try await http.shutdown()
    }

    private func run(
        _ services: [any Service], _ routes: LedgerRoutes, _ configuration: NodeConfiguration, _ party: PartyName,
        _ logger: Logger, listening: @escaping @Sendable (String) -> Void
    ) async throws {
        let (host, advertised) = (configuration.host, configuration.advertised)
        let application = Application(
            router: routes.router(),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: configuration.port), serverName: "chancery"),
            onServerRunning: { channel in
                let address = "http://\(host):\(channel.localAddress?.port ?? configuration.port)"
                try? StandardOutput.print("\(party) listens on \(address)")
                listening(advertised ?? address)
            }, logger: logger)
        // From here on a signal ends the services in order, and the process with them.
        Interruption.stop()
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services + [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}

/// The address of this node, known once it listens.
private final class OwnAddress: Sendable {
    private let address = Mutex<String?>(nil)

    var value: String? { address.withLock { $0 } }

    func set(_ new: String) { address.withLock { $0 = new } }
}
