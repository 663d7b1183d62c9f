package import Foundation
package import SharingModel
import Synchronization
package import TransparencyLog

/// Where a light client reads: the read side of some department's node, or a copy of it. It is trusted with nothing.
package protocol LogSource: Sendable {
    /// The newest checkpoint that it has, with what proves its members: canonical JSON of ``LightDocument``.
    /// - Parameter known: How many changes of the registry the reader knows.
    func newest(known: Int) throws -> Data

    /// - Returns: As many bytes as ``TilePath/width`` says; the reader checks it.
    func tile(_ path: TilePath) throws -> Data

    /// The proof of a transaction, as canonical JSON of ``TransactionProof``.
    /// - Throws: ``LedgerError/unknownTransaction(_:)``.
    func transaction(_ id: Digest) throws -> Data
}

/// A source that counts what is downloaded from it.
package final class MeteredLogSource: LogSource {
    package struct Traffic: Hashable, Codable, Sendable {
        package var requests = 0
        package var bytes = 0
    }

    private let source: any LogSource
    private let state = Mutex(Traffic())

    package init(_ source: any LogSource) {
        self.source = source
    }

    package var traffic: Traffic { state.withLock { $0 } }

    package func newest(known: Int) throws -> Data { try count { try source.newest(known: known) } }
    package func tile(_ path: TilePath) throws -> Data { try count { try source.tile(path) } }
    package func transaction(_ id: Digest) throws -> Data { try count { try source.transaction(id) } }

    private func count(_ download: () throws -> Data) throws -> Data {
        state.withLock { $0.requests += 1 }
        let bytes = try download()
        state.withLock { $0.bytes += bytes.count }
        return bytes
    }
}
