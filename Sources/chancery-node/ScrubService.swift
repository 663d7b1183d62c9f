import Foundation
import Gateway
import Ledger
import LedgerSQLite
import Logging
import ServiceLifecycle

/// Executes the node's ledger again now and then, slowly, and reads its other files: damage is found before somebody needs
/// what is damaged.
struct ScrubService: Service {
    let files: NodeFiles
    /// From the end of one pass to the next.
    let interval: Duration
    let logger: Logger
    /// The other departments' nodes.
    let others: @Sendable () async throws -> [RepairSource]

    init(
        files: NodeFiles, interval: Duration, logger: Logger,
        others: @escaping @Sendable () async throws -> [RepairSource]
    ) {
        (self.files, self.interval, self.logger, self.others) = (files, interval, logger, others)
    }

    /// - Throws: ``DamagedFiles`` for what was found.
    func run() async throws {
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            // A tenth of a core at most.
            try await cancelWhenGracefulShutdown { try await pass() }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
        }
    }
}

extension ScrubService {
    private func pass() async throws {
        let (findings, blobs) = try await files.scrub { took in try await Task.sleep(for: took * 9) }
        guard findings.isEmpty else { throw DamagedFiles(findings: findings.map { "\($0)" }) }
        guard !blobs.isEmpty else {
            logger.info("all blocks, votes and blobs read again: sound")
            return
        }
        // A blob is replaced in one step, while others read.
        for cid in blobs { logger.error("block \(cid) of the store is damaged") }
        for line in try files.repairBlobs(blobs, from: try await others()) { logger.warning("\(line)") }
    }
}

/// The node's own files are damaged: it stops, repairs them from the others, and begins again.
struct DamagedFiles: Error, CustomStringConvertible {
    let findings: [String]

    var description: String { "damaged: " + findings.joined(separator: "; ") }
}
