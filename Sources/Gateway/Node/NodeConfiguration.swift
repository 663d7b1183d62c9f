package import Foundation
import Yams

/// How a node is run: `node.yaml` in the department's home, under what the environment says.
///
/// ```yaml
/// listen: 127.0.0.1:7051       # CHANCERY_LISTEN; port 0 lets the system choose
/// advertise: http://gw1:7051   # CHANCERY_ADVERTISE; what the other nodes are told, if not the address listened on
/// ordering: etcd://etcd1:2379  # CHANCERY_ORDERING
/// ```
package struct NodeConfiguration: Sendable {
    package var host: String
    package var port: Int
    package var advertised: String?
    package var ordering: NodeOrdering

    /// - Parameters:
    ///   - directory: The home.
    ///   - given: What the command line says, which comes first.
    /// - Throws: ``GatewayError/unreadable(path:problem:)`` naming the setting at fault.
    package init(home directory: URL, environment: [String: String], given: [Setting: String] = [:]) throws {
        let file = directory.appending(path: "node.yaml")
        let stored = try NodeConfiguration.read(file)
        func value(_ setting: Setting) -> String? {
            given[setting] ?? environment[setting.variable].flatMap { $0.isEmpty ? nil : $0 } ?? stored[setting]
        }
        let listen = value(.listen) ?? "127.0.0.1:0"
        let parts = listen.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let port = Int(parts[1]), (0...65_535).contains(port) else {
            throw GatewayError.unreadable(path: "listen", problem: "\(listen) is not HOST:PORT")
        }
        (host, self.port) = (String(parts[0]), port)
        advertised = value(.advertise)
        ordering = try NodeOrdering(value(.ordering) ?? "embedded")
    }

    package enum Setting: String, CaseIterable, Sendable {
        case listen, advertise, ordering

        var variable: String { "CHANCERY_" + rawValue.uppercased() }
    }

    private static func read(_ file: URL) throws -> [Setting: String] {
        guard let bytes = try PrivateFile.read(file) else { return [:] }
        let loaded: Any?
        do {
            loaded = try Yams.load(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw GatewayError.unreadable(path: file.plainPath, problem: "\(error)")
        }
        guard let members = loaded as? [String: Any] else {
            if loaded == nil { return [:] }
            throw GatewayError.unreadable(path: file.plainPath, problem: "it is no mapping of settings")
        }
        var settings: [Setting: String] = [:]
        for (name, value) in members {
            guard let setting = Setting(rawValue: name) else {
                let known = Setting.allCases.map(\.rawValue).joined(separator: ", ")
                throw GatewayError.unreadable(
                    path: file.plainPath, problem: "\(name) is no setting; there are \(known)")
            }
            guard let text = value as? String else {
                throw GatewayError.unreadable(path: file.plainPath, problem: "\(name) needs a text")
            }
            settings[setting] = text
        }
        return settings
    }
}

/// What orders the ledger of a node.
package enum NodeOrdering: Hashable, Sendable {
    case embedded
    /// `etcd://…` or `etcds://…`.
    case etcd(String)

    package init(_ text: String) throws {
        switch text {
        case "embedded": self = .embedded
        case let address where address.hasPrefix("etcd://") || address.hasPrefix("etcds://"): self = .etcd(address)
        default:
            throw GatewayError.unreadable(
                path: "ordering", problem: "\(text) is neither embedded nor etcd://HOST:PORT,…")
        }
    }
}
