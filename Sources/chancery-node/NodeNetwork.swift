import AsyncHTTPClient
import ChanceryCommand
import Gateway
import Ledger
import LedgerEtcd
import LedgerHTTP
import Logging
import SharingModel

/// The network of this program: HTTP to departments' nodes, etcd for the order.
struct NodeNetwork: Networking {
    func connect(to address: String) throws -> any NodeConnection {
        try RemoteLedger(address: address)
    }

    func log(at address: String) throws -> any LogSource {
        try RemoteLedger(address: address)
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
