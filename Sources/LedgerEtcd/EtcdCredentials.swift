package import AsyncHTTPClient
import Foundation
import NIOCore
import NIOSSL

/// By what a client is let into etcd.
package struct EtcdCredentials: Sendable {
    /// PEM files; without an authority those of the system are believed.
    let authority: String?
    let certificate: String?
    let key: String?
    package let account: EtcdAccount?

    package init(
        authority: String? = nil, certificate: String? = nil, key: String? = nil, account: EtcdAccount? = nil
    ) {
        (self.authority, self.certificate, self.key, self.account) = (authority, certificate, key, account)
    }

    /// A client that shows the certificate, and believes the authority alone.
    ///
    /// A watch that hears nothing for as long as the read timeout is begun anew at another member, so that a member
    /// that hangs holds nothing up. NIO's sockets have TCP_NODELAY set.
    /// - Throws: ``EtcdError/unusableFile(path:problem:)``.
    package func client() throws(EtcdError) -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authority {
            let roots = try EtcdCredentials.read(authority) { try NIOSSLCertificate.fromPEMFile($0) }
            tls.trustRoots = .certificates(roots)
        }
        if let certificate, let key {
            let chain = try EtcdCredentials.read(certificate) { try NIOSSLCertificate.fromPEMFile($0) }
            tls.certificateChain = chain.map { .certificate($0) }
            tls.privateKey = .privateKey(try EtcdCredentials.read(key) { try NIOSSLPrivateKey(file: $0, format: .pem) })
        }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, timeout: HTTPClient.Configuration.Timeout(connect: .seconds(2), read: .seconds(5)))
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    private static func read<Value>(_ path: String, _ body: (String) throws -> Value) throws(EtcdError) -> Value {
        do {
            return try body(path)
        } catch {
            throw .unusableFile(path: path, problem: "\(error)")
        }
    }
}

/// An account of etcd: it says which department writes, and its roles, under which prefix it may.
package struct EtcdAccount: Sendable {
    let user: String
    let password: String

    package init(user: String, password: String) {
        (self.user, self.password) = (user, password)
    }
}
