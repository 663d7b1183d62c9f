import AsyncHTTPClient
import ChanceryCommand
import Foundation
import Gateway
import Hummingbird
import Ledger
import LedgerEtcd
import LedgerHTTP
import Logging
import NIOCore
import ServiceLifecycle
import SharingModel
import Synchronization
import UnixSignals

/// A department's node as a process: what it is put together from, and how it starts and stops.
struct NodeProcess {
    let request: ServeRequest
    let logger: Logger

    private var party: PartyName { request.home.party.name }

    /// Serves the one operator's ledger as it is.
    func serveEmbedded() async throws {
        let session = try PartySession(home: request.home, section: request.section, passphrase: request.passphrase)
        let routes = LedgerRoutes(
            ledger: session.ledger, node: nil, pool: nil, blobs: session.blobs, health: NodeHealth())
        try await run([], routes) { _ in }
    }

    /// Keeps this department's copy, in the order that etcd gives.
    func serveCluster(_ endpoints: EtcdEndpoints) async throws {
        let (health, logger) = (NodeHealth(), logger)
        let node = try DepartmentNodeHome(
            home: request.home, section: request.section, passphrase: request.passphrase
        ) { event in
            health.note(event)
            logger.log(level: event.isNotable ? .warning : .info, "\(event.line)")
        }
        let http = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPClient.Configuration(timeout: .init(connect: .seconds(2), read: .seconds(5))))
        let log = EtcdBatchLog(
            endpoints: endpoints, ledger: node.ledger.policy.origin, department: party, http: http)
        let (own, party) = (OwnAddress(), party)
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
            try await run([service], routes) { own.set($0) }
        } catch {
            try? await http.shutdown()
            throw error
        }
        try await http.shutdown()
    }

    private func run(
        _ services: [any Service], _ routes: LedgerRoutes, listening: @escaping @Sendable (String) -> Void
    ) async throws {
        let (host, port, advertised) = (
            request.configuration.host, request.configuration.port, request.configuration.advertised
        )
        let party = party
        let application = Application(
            router: routes.router(),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "chancery"),
            onServerRunning: { channel in
                let address = "http://\(host):\(channel.localAddress?.port ?? port)"
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
