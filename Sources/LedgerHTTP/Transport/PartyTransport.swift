package import AsyncHTTPClient
import Foundation
package import HummingbirdCore
import HummingbirdTLS
package import NIOCore
import NIOSSL
package import SharingModel
package import SignedEnvelopes

/// TLS between parties, 1.3 only: either side presents a ``PartyCertificate`` and judges the other's by the parties'
/// own keys. Certificate authorities, those of the system included, have no say in it.
package struct PartyTransport: Sendable {
    private let certificate: PartyCertificate?
    private let trust: TransportTrust

    /// - Parameter identity: `nil` for who reads as nobody in particular; such a one cannot listen.
    package init(_ identity: TransportIdentity?, trust: TransportTrust, now: Timestamp) throws {
        certificate = try identity.map { try PartyCertificate($0, now: now) }
        self.trust = trust
    }

    /// A client that speaks to departments' nodes and to nobody else; over `http://` it proves and checks nothing.
    package func client(connect: TimeAmount, read: TimeAmount) -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        // The chain says nothing; the handshake still proves that the server has the certificate's key, and whose that
        // is, is checked below, before the first request goes out on the connection.
        tls.certificateVerification = .none
        if let certificate {
            tls.certificateChain = certificate.chain
            tls.privateKey = certificate.key
        }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, timeout: HTTPClient.Configuration.Timeout(connect: connect, read: read))
        configuration.httpVersion = .http1Only
        let trust = trust
        // Trying again at once would find the same.
        configuration.connectionPool.retryConnectionEstablishment = false
        // A submission holds its connection until it is final: with the usual 8, a ninth would not even be sent.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 512
        // Called with every new connection, before a request is written to it.
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.nioSSL_peerCertificate().flatMap { presented -> EventLoopFuture<Void> in
                if let presented, trust.party(of: presented)?.role == .department {
                    return channel.eventLoop.makeSucceededVoidFuture()
                }
                // The pool is told when the connection is gone: it has no place for one that ends later.
                return channel.close().flatMapErrorThrowing { _ in }
                    .flatMapThrowing { throw TransportError.notADepartment }
            }.flatMapErrorThrowing { error in
                // Over http:// there is no handler that would know a certificate.
                guard error is ChannelPipelineError else { throw error }
            }
        }
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// What a node listens with. A client need not have a certificate; one that it presents has to be a party's.
    package func server() throws -> HTTPServerBuilder {
        guard let certificate else { throw TransportError.noIdentity }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificate.chain, privateKey: certificate.key)
        tls.minimumTLSVersion = .tlsv13
        tls.certificateVerification = .optionalVerification
        let trust = trust
        return try .tls(
            .http1(),
            configuration: TLSChannelConfiguration(tlsConfiguration: tls) { presented, promise in
                let isKnown = presented.first.flatMap { trust.party(of: $0) } != nil
                promise.succeed(isKnown ? .certificateVerified : .failed)
            })
    }

    /// Whose certificate the other side of a server's connection has presented, as the records stand now.
    func peer(of channel: any Channel) async -> Party? {
        guard let presented = try? await channel.nioSSL_peerCertificate().get() else { return nil }
        return trust.party(of: presented)
    }
}

/// Why a connection was not made.
package enum TransportError: Error, Hashable, Sendable {
    /// What answers there has no certificate of a department of this consortium.
    case notADepartment
    /// A listener needs a party that it listens as.
    case noIdentity
}

extension TransportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notADepartment: "what answers there has no certificate of a department of this consortium"
        case .noIdentity: "to listen with TLS a party's keys are needed"
        }
    }
}
