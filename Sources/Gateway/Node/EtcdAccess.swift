import DurableFiles
import Foundation

/// By what a node is let into etcd: a certificate authenticates the connection, an account the department.
package struct EtcdAccess: Sendable {
    /// PEM files.
    package let authority: String?
    package let certificate: String?
    package let key: String?
    package let user: String?
    package let password: String?

    init(home: URL, password: String?, value: (NodeConfiguration.Setting) -> String?) throws {
        func path(_ setting: NodeConfiguration.Setting) throws -> String? {
            guard let text = value(setting) else { return nil }
            let path = URL(filePath: text, relativeTo: home).standardizedFileURL.plainPath
            guard FileManager.default.isReadableFile(atPath: path) else {
                throw GatewayError.unreadable(
                    path: path, problem: "\(setting.rawValue) names it, and it cannot be read")
            }
            return path
        }
        authority = try path(.etcdAuthority)
        certificate = try path(.etcdCertificate)
        key = try path(.etcdKey)
        user = value(.etcdUser)
        if let key { _ = try EtcdAccess.secret(key) }
        if let password, !password.isEmpty {
            self.password = password
        } else {
            self.password = try path(.etcdPasswordFile).map { file in
                String(decoding: try EtcdAccess.secret(file), as: UTF8.self)
                    .trimmingCharacters(in: .newlines)
            }
        }
        guard (certificate == nil) == (key == nil) else {
            throw GatewayError.unreadable(
                path: "etcd-certificate",
                problem: "a certificate and its key (etcd-key) are given together or not at all")
        }
        guard (user == nil) == (self.password == nil) else {
            throw GatewayError.unreadable(
                path: "etcd-user",
                problem: "a user and a password (etcd-password-file or CHANCERY_ETCD_PASSWORD) are given together or "
                    + "not at all")
        }
    }

    /// The content of a file that nobody but its owner can read.
    private static func secret(_ path: String) throws -> Data {
        guard let file = try OpenedFile.open(path, limit: 1 << 16) else {
            throw GatewayError.unreadable(path: path, problem: "it is not there")
        }
        guard file.permissions & 0o077 == 0 else {
            throw GatewayError.unreadable(
                path: path, problem: "others than its owner can read this secret; run `chmod 600 \(path)`")
        }
        return try file.contents()
    }
}
