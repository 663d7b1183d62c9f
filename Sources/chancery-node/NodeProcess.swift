import AsyncHTTPClient
import ChanceryCommand
import Dispatch
import Foundation
import Gateway
import Hummingbird
import HummingbirdCore
import Ledger
import LedgerEtcd
import LedgerHTTP
import Logging
import NIOCore
import ServiceLifecycle
import SharingModel
import SignedEnvelopes
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
        let transport = try PartyTransport(session.identity, trust: session.trust, now: .now())
        let routes = LedgerRoutes(
            ledger: session.ledger, node: nil, pool: nil, blobs: session.blobs,
            health: NodeHealth(finalHeight: try session.ledger.cosignedBlock(.final)?.block.height),
            transport: request.configuration.usesTLS ? transport : nil)
        try await run([], routes, transport) { _ in }
    }

    /// Keeps this department's copy, in the order that etcd gives. Where its own files are damaged, it repairs them from
    /// the other nodes and begins again.
    func serveCluster(_ endpoints: EtcdEndpoints) async throws {
        while true {
            do {
                return try await serveOnce(endpoints)
            } catch let damage as DamagedFiles {
                logger.error("\(damage)")
                Interruption.endIfTold()
                // What no repair changes is for those who look after the node.
                guard try await repair(endpoints) else { throw damage }
            }
        }
    }

    /// - Throws: ``DamagedFiles`` where the node's own files are what keeps it from going on.
    private func serveOnce(_ endpoints: EtcdEndpoints) async throws {
        do {
            try await serveSound(endpoints)
        } catch let failure as NodeFailure where failure.cause.isDamage {
            throw DamagedFiles(findings: ["\(failure)"])
        } catch  where error.isDamage {
            throw DamagedFiles(findings: ["\(error)"])
        }
    }

    private func files() throws -> NodeFiles {
        NodeFiles(
            home: request.home,
            section: try request.home.consortium.section(request.section ?? request.home.party.section))
    }

    private func serveSound(_ endpoints: EtcdEndpoints) async throws {
        let (health, logger) = (NodeHealth(), logger)
        let node = try await DepartmentNodeHome(
            home: request.home, section: request.section, passphrase: request.passphrase,
            fetch: { try await fetch($0, from: endpoints, $1, $2) }
        ) { event in
            health.note(event)
            logger.log(level: event.logLevel, "\(event.line)")
        }
        for line in node.setAside { logger.error("\(line)") }
        let transport = try PartyTransport(node.identity, trust: node.trust, now: .now())
        let credentials = EtcdCredentials(request.configuration.etcd)
        let order = try credentials.client()
        let peers = transport.client(connect: .seconds(2), read: .seconds(5))
        let log = EtcdBatchLog(
            endpoints: endpoints, ledger: node.ledger.policy.origin, department: party, http: order,
            account: credentials.account)
        let (own, party, blocks) = (OwnAddress(), party, PeerBlocks(http: peers))
        let service = NodeService(
            node: node.node, pool: node.pool, log: log, http: peers, health: health, logger: logger, blocks: blocks,
            keptBatches: request.configuration.keptBatches, acceptedOrder: request.acceptedEtcd
        ) {
            let known = try await log.addresses()
            // The others find this node by it.
            if let address = own.value, known[party] != address { try await log.announce(address: address) }
            return known
        }
        let routes = LedgerRoutes(
            ledger: node.ledger, node: node.node, pool: node.pool, blobs: node.blobs, health: health,
            transport: request.configuration.usesTLS ? transport : nil, others: blocks,
            departmentStarts: service.findOthersAnew)
        do {
            let scrub = try request.configuration.scrub.map {
                ScrubService(files: try files(), interval: $0, logger: logger) { try await others(endpoints) }
            }
            try await run([service] + [scrub].compactMap { $0 }, routes, transport, pool: node.pool) { address in
                own.set(address)
                service.findOthersAnew()
            }
        } catch {
            try? await order.shutdown()
            try? await peers.shutdown()
            throw error
        }
        try await order.shutdown()
        try await peers.shutdown()
    }

    /// Takes the whole ledger from the first of the other nodes that shows one; everything is executed here, and every
    /// block must have its quorum. Waits until there is one.
    private func fetch(
        _ ledger: Ledger, from endpoints: EtcdEndpoints, _ identity: TransportIdentity, _ trust: TransportTrust
    ) async throws {
        let credentials = EtcdCredentials(request.configuration.etcd)
        let order = try credentials.client()
        let transport = try PartyTransport(identity, trust: trust, now: .now())
        let log = EtcdBatchLog(
            endpoints: endpoints, ledger: ledger.policy.origin, department: party, http: order,
            account: credentials.account)
        logger.info("no ledger here yet: it is fetched from the other departments' nodes")
        let result: Result<Void, any Error>
        do {
            result = .success(try await fetch(ledger, from: log, transport))
        } catch {
            result = .failure(error)
        }
        try? await order.shutdown()
        try result.get()
    }

    private func fetch(_ ledger: Ledger, from log: EtcdBatchLog, _ transport: PartyTransport) async throws {
        while try ledger.head() == nil {
            for (other, address) in try await log.addresses().shuffled() where other != party {
                do {
                    // It shuts its client down itself.
                    let http = transport.client(connect: .seconds(2), read: .seconds(30))
                    let remote = try RemoteLedger(address: address, http: http, isAuthenticated: false)
                    try await blocking { try remote.catchUp(ledger) }
                } catch {
                    logger.warning("\(other) at \(address): \(error)")
                }
                if let head = try ledger.head() {
                    logger.info("ledger taken from \(other) up to height \(head.height)")
                    return
                }
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Runs what waits for the network on a thread of its own.
    private func blocking(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async { continuation.resume(with: Result(catching: body)) }
        }
    }

    /// Checks all that this node keeps, and fetches from the other nodes what is damaged.
    /// - Returns: Whether there was something to repair.
    private func repair(_ endpoints: EtcdEndpoints) async throws -> Bool {
        let files = try files()
        let sources = try await others(endpoints)
        // It waits for disks and for the others: not on a thread of Swift's pool.
        let done = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try files.repair(files.check(), from: sources) })
            }
        }
        for line in done { logger.warning("\(line)") }
        return !done.isEmpty
    }

    /// The other departments' nodes, as they are known to the order.
    private func others(_ endpoints: EtcdEndpoints) async throws -> [RepairSource] {
        let credentials = EtcdCredentials(request.configuration.etcd)
        let http = try credentials.client()
        let log = EtcdBatchLog(
            endpoints: endpoints, ledger: try files().origin, department: party, http: http,
            account: credentials.account)
        let known: [PartyName: String]
        do {
            known = try await log.addresses().filter { $0.key != party }
        } catch {
            try? await http.shutdown()
            throw error
        }
        try await http.shutdown()
        let (trust, identity) = (
            request.home.consortium.trust(), try request.home.identity(passphrase: request.passphrase)
        )
        return known.sorted { $0.key < $1.key }.compactMap {
            try? NodeNetwork().repairSource(at: $0.value, trust: trust, identity: identity)
        }
    }

    /// Runs the services and the listeners until a signal, and ends them in the opposite order.
    /// - Parameter pool: Where submitters wait.
    private func run(
        _ services: [any Service], _ routes: LedgerRoutes, _ transport: PartyTransport, pool: TransactionPool? = nil,
        listening: @escaping @Sendable (String) -> Void
    ) async throws {
        let (configuration, party) = (request.configuration, party)
        let scheme = configuration.usesTLS ? "https" : "http"
        var applications: [any Service] = []
        if let open = configuration.publicListen {
            applications.append(
                application(routes.readingRouter(), open, .http1()) { port in
                    logger.info("what everybody may read is at http://\(open.text(port: port))")
                })
        }
        applications.append(
            application(
                routes.router(), configuration.listen, configuration.usesTLS ? try transport.server() : .http1()
            ) { port in
                let address = "\(scheme)://\(configuration.listen.text(port: port))"
                try? StandardOutput.print("\(party) listens on \(address)")
                listening(configuration.advertised ?? address)
            })
        if let pool { applications.append(LastAnswers(pool: pool)) }
        keepFreedMemory()
        logger.info("starts: \(request.configuration.summary)")
        var settings = ServiceGroupConfiguration(
            services: services + applications, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        settings.maximumGracefulShutdownDuration = NodeProcess.longestShutdown
        let group = ServiceGroup(configuration: settings)
        // A signal ends the services in order, and the process with them.
        try await Interruption.leavingSignals {
            do {
                try await group.run()
                logger.info("stopped in order")
            } catch is CancellationError {
                logger.warning("stopped; somebody was still waiting for an answer")
            }
        }
    }

    /// From the signal on; who still waits for an answer then gets none.
    private static let longestShutdown = Duration.seconds(10)

    /// What a block needs is freed when it is final and needed again for the next: glibc would give it back to the
    /// kernel each time, and take it again page by page.
    private func keepFreedMemory() {
        // Swift's Glibc module leaves malloc.h out; another C library may not have it.
        guard let symbol = dlsym(nil, "mallopt") else { return }
        let mallopt = unsafeBitCast(symbol, to: (@convention(c) (CInt, CInt) -> CInt).self)
        let (trimThreshold, mmapThreshold, arenas): (CInt, CInt, CInt) = (-1, -3, -8)
        _ = (mallopt(trimThreshold, 64 << 20), mallopt(mmapThreshold, 16 << 20), mallopt(arenas, 2))
    }

    /// - Parameter listening: Told the port, once it listens.
    private func application(
        _ router: Router<LedgerRequestContext>, _ address: ListenAddress, _ server: HTTPServerBuilder,
        listening: @escaping @Sendable (Int) -> Void
    ) -> some Service {
        var quiet = logger
        quiet.logLevel = .warning
        return Application(
            router: router, server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: "chancery"),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? address.port) }, logger: quiet)
    }
}

extension EtcdCredentials {
    fileprivate init(_ access: EtcdAccess) {
        var account: EtcdAccount?
        if let user = access.user, let password = access.password {
            account = EtcdAccount(user: user, password: password)
        }
        self.init(
            authority: access.authority, certificate: access.certificate, key: access.key, account: account)
    }
}

/// The address of this node, known once it listens.
private final class OwnAddress: Sendable {
    private let address = Mutex<String?>(nil)

    var value: String? { address.withLock { $0 } }

    func set(_ new: String) { address.withLock { $0 = new } }
}

extension Error {
    /// Whether it says that this node's own files are damaged.
    fileprivate var isDamage: Bool { (self as? LedgerError)?.isDamage ?? false }
}
