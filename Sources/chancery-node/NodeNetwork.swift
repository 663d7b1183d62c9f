import AsyncHTTPClient
import ChanceryCommand
import Gateway
import Ledger
import LedgerEtcd
import LedgerHTTP
import Logging
import NIOCore
import SharingModel
import SignedEnvelopes

/// The network of this program: HTTP to departments' nodes, etcd for the order.
struct NodeNetwork: Networking {
    func connect(to address: String, trust: TransportTrust, identity: TransportIdentity?) throws -> NodeLink {
        let remote = try remote(address, trust, identity)
        return NodeLink(ledger: remote, blocks: remote.isAuthenticated ? remote : nil)
    }

    func log(at address: String, trust: TransportTrust) throws -> any LogSource {
        try remote(address, trust, nil)
    }

    private func remote(
        _ address: String, _ trust: TransportTrust, _ identity: TransportIdentity?
    ) throws -> RemoteLedger {
        let transport = try PartyTransport(identity, trust: trust, now: Timestamp.now())
        return try RemoteLedger(
            address: address, http: transport.client(connect: .seconds(10), read: .seconds(90)),
            isAuthenticated: identity != nil)
    }

    func repairSource(
        at address: String, trust: TransportTrust, identity: TransportIdentity?
    ) throws -> RepairSource {
        try remote(address, trust, identity).repairSource
    }

    func serve(_ request: ServeRequest) async throws {
        var logger = Logger(
            label: "chancery.\(request.home.party.name)", factory: StreamLogHandler.standardError(label:))
        logger.logLevel = .info
        let process = NodeProcess(request: request, logger: logger)
        switch request.configuration.ordering {
        case .embedded: try await process.serveEmbedded()
        case .etcd(let address): try await process.serveCluster(EtcdEndpoints(parsing: address))
        }
    }
}

extension RemoteLedger {
    /// This node as one from which another's files are repaired.
    var repairSource: RepairSource {
        RepairSource(blocks: self) { try self.blob($0) }
    }
}
