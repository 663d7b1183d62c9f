package import Foundation
import Yams

/// How a node is run: `node.yaml` in the department's home, under what the environment says, under the options.
///
/// ```yaml
/// listen: 0.0.0.0:7051           # CHANCERY_LISTEN; port 0 lets the system choose
/// tls: on                        # CHANCERY_TLS; on, unless it listens on loopback
/// public: 0.0.0.0:7080           # CHANCERY_PUBLIC; plain HTTP, and only what everybody may read
/// advertise: https://gw1:7051    # CHANCERY_ADVERTISE; what the other nodes are told, if not the address listened on
/// ordering: etcds://etcd1:2379   # CHANCERY_ORDERING; embedded, etcd://HOST:PORT,… or etcds://HOST:PORT,…
/// etcd-ca: tls/ca.pem            # CHANCERY_ETCD_CA; files are named from the home
/// etcd-certificate: tls/etcd.pem # CHANCERY_ETCD_CERTIFICATE, without a common name
/// etcd-key: tls/etcd.key         # CHANCERY_ETCD_KEY, readable by its owner alone
/// etcd-user: site1               # CHANCERY_ETCD_USER
/// etcd-password-file: tls/pass   # CHANCERY_ETCD_PASSWORD_FILE, or the password itself in CHANCERY_ETCD_PASSWORD
/// keep-batches: 1100             # CHANCERY_KEEP_BATCHES; how many heights its batches stay in etcd, at least 10
/// scrub: 24h                     # CHANCERY_SCRUB; between two checks of the node's own files: s, m, h, or off
/// ```
package struct NodeConfiguration: Sendable {
    package let listen: ListenAddress
    /// Whether the node listens with TLS.
    package let usesTLS: Bool
    /// A second listener, in the clear, for what everybody may read.
    package let publicListen: ListenAddress?
    package let advertised: String?
    package let ordering: NodeOrdering
    package let etcd: EtcdAccess
    /// How many heights below the final one this department's batches stay in etcd, for who is behind.
    package let keptBatches: Int
    /// From the end of one check of the node's own files to the next; `nil` for none.
    package let scrub: Duration?

    /// - Parameters:
    ///   - directory: The home.
    ///   - given: What the command line says, which comes first.
    /// - Throws: ``GatewayError/unreadable(path:problem:)`` naming the setting at fault.
    package init(home directory: URL, environment: [String: String], given: [Setting: String] = [:]) throws {
        let stored = try NodeConfiguration.read(directory.appending(path: "node.yaml"))
        func value(_ setting: Setting) -> String? {
            given[setting] ?? environment[setting.variable].flatMap { $0.isEmpty ? nil : $0 } ?? stored[setting]
        }
        listen = try ListenAddress(value(.listen) ?? "127.0.0.1:0", setting: .listen)
        switch value(.tls) {
        case nil: usesTLS = !listen.isLoopback
        case "on": usesTLS = true
        case "off": usesTLS = false
        case let other?: throw GatewayError.unreadable(path: "tls", problem: "\(other) is neither on nor off")
        }
        publicListen = try value(.publicListen).map { try ListenAddress($0, setting: .publicListen) }
        advertised = value(.advertise)
        ordering = try NodeOrdering(value(.ordering) ?? "embedded")
        keptBatches = try NodeConfiguration.keptBatches(value(.keepBatches) ?? "1100")
        scrub = try NodeConfiguration.scrub(value(.scrub), ordering)
        etcd = try EtcdAccess(home: directory, password: environment["CHANCERY_ETCD_PASSWORD"], value: value)
    }

    /// One line for the log, without a secret.
    package var summary: String {
        let order =
            switch ordering {
            case .embedded: "embedded"
            case .etcd(let address): address + (etcd.user.map { " as \($0)" } ?? "")
            }
        return "ordering \(order), \(usesTLS ? "TLS" : "plain HTTP") on \(listen.text(port: listen.port))"
            + (publicListen.map { ", public on \($0.text(port: $0.port))" } ?? "")
    }

    package enum Setting: String, CaseIterable, Sendable {
        case listen, tls, advertise, ordering, scrub
        case publicListen = "public"
        case keepBatches = "keep-batches"
        case etcdAuthority = "etcd-ca"
        case etcdCertificate = "etcd-certificate"
        case etcdKey = "etcd-key"
        case etcdUser = "etcd-user"
        case etcdPasswordFile = "etcd-password-file"

        var variable: String { "CHANCERY_" + rawValue.uppercased().replacingOccurrences(of: "-", with: "_") }
    }

    private static func keptBatches(_ text: String) throws -> Int {
        guard let count = Int(text), (10...1_000_000).contains(count) else {
            throw GatewayError.unreadable(
                path: Setting.keepBatches.rawValue, problem: "\(text) is no number from 10 to 1000000")
        }
        return count
    }

    /// Only a node among others has files of its own, and somebody to repair them from.
    private static func scrub(_ text: String?, _ ordering: NodeOrdering) throws -> Duration? {
        let interval = try ScrubInterval.duration(text ?? "24h")
        guard ordering == .embedded else { return interval }
        guard text == nil || interval == nil else {
            throw GatewayError.unreadable(
                path: NodeConfiguration.Setting.scrub.rawValue,
                problem: "on the embedded ordering a node has no files of its own to check; take the setting out, and "
                    + "check the shared ledger with `chancery ledger fsck`")
        }
        return nil
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
            switch value {
            case let text as String: settings[setting] = text
            // YAML reads a bare `on` as true.
            case let flag as Bool: settings[setting] = flag ? "on" : "off"
            case let number as Int: settings[setting] = String(number)
            default: throw GatewayError.unreadable(path: file.plainPath, problem: "\(name) needs a text")
            }
        }
        return settings
    }
}

/// `HOST:PORT`, or `[HOST]:PORT` for an address of IPv6.
package struct ListenAddress: Hashable, Sendable {
    package let host: String
    package let port: Int

    init(_ text: String, setting: NodeConfiguration.Setting) throws {
        let end = text.lastIndex(of: ":") ?? text.startIndex
        var host = String(text[..<end])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, !host.contains("["), let port = Int(text[end...].dropFirst()), (0...65_535).contains(port)
        else { throw GatewayError.unreadable(path: setting.rawValue, problem: "\(text) is not HOST:PORT") }
        (self.host, self.port) = (host, port)
    }

    /// Whether nobody but this machine can come here.
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// As it stands in a URL, with the port that the system chose.
    package func text(port: Int) -> String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
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

/// How often a node reads its own files again: `off`, or a number of seconds, minutes or hours, such as `24h`.
private enum ScrubInterval {
    static func duration(_ text: String) throws -> Duration? {
        if text == "off" { return nil }
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()),
            (1...1_000_000).contains(count)
        else {
            throw GatewayError.unreadable(path: "scrub", problem: "\(text) is neither off nor a time such as 24h")
        }
        return .seconds(count * unit)
    }
}
