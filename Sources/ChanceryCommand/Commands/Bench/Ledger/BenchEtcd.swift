import Foundation

/// An etcd cluster of three members on loopback, as `Scripts/start-etcd` lays it out, on ports that the system chooses.
final class BenchEtcd: Sendable {
    /// `etcd://127.0.0.1:PORT,…`
    let address: String
    let members: [ChildProcess]

    private static let memberCount = 3

    /// Returns when the members have been started; whoever uses them waits until they answer.
    init(in folder: URL) throws {
        guard let program = BenchEtcd.program else { throw BenchFailure.noEtcd }
        let ports = try LoopbackPorts.free(2 * BenchEtcd.memberCount)
        func url(_ port: Int) -> String { "http://127.0.0.1:\(port)" }
        let (clients, peers) = (ports.prefix(BenchEtcd.memberCount), ports.suffix(BenchEtcd.memberCount))
        let cluster = peers.enumerated().map { "member\($0)=\(url($1))" }.joined(separator: ",")
        members = try zip(clients, peers).enumerated().map { number, ports in
            let data = folder.appending(path: "etcd-\(number)").path(percentEncoded: false)
            return try ChildProcess(
                program,
                [
                    "--name=member\(number)", "--data-dir=\(data)",
                    "--listen-client-urls=\(url(ports.0))", "--advertise-client-urls=\(url(ports.0))",
                    "--listen-peer-urls=\(url(ports.1))", "--initial-advertise-peer-urls=\(url(ports.1))",
                    "--initial-cluster=\(cluster)", "--initial-cluster-state=new", "--snapshot-count=1000",
                    "--auto-compaction-mode=revision", "--auto-compaction-retention=5000",
                ],
                log: folder.appending(path: "etcd-\(number).log"))
        }
        address = "etcd://" + clients.map { "127.0.0.1:\($0)" }.joined(separator: ",")
    }

    private static var program: String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/etcd" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// Ports of 127.0.0.1 that the system has just had free.
private enum LoopbackPorts {
    static func free(_ count: Int) throws -> [Int] {
        // All at once, so that none comes twice.
        let sockets = (0..<count).map { _ in socket(AF_INET, type, 0) }
        defer { for descriptor in sockets { close(descriptor) } }
        return try sockets.map { descriptor in
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
                }
            }
            guard isBound else { throw BenchFailure.noPort }
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }

    #if canImport(Darwin)
        private static let type = SOCK_STREAM
    #else
        private static let type = Int32(SOCK_STREAM.rawValue)
    #endif
}
