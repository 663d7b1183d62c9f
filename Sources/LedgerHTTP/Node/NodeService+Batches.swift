import Foundation
import Ledger
import SharingModel

/// Batches that are too large for the order, from node to node.
extension NodeService {
    /// What is written into the order for a batch: itself, or, if it is large, a reference to it once so many
    /// departments hold it that whenever there is a quorum, one of them is there.
    ///
    /// One more than have to is asked for, so that a home which is lost takes no batch with it: where one is enough,
    /// that would be the proposer itself. Where not enough of them answer, the batch is written itself: etcd then takes
    /// longer, and nothing waits.
    /// - Parameter offered: What was given to the others last, this batch or another that was not proposed then.
    func inOrder(_ batch: Data, _ height: Int, offered: OfferedBatch?) async throws -> Data {
        guard batch.count > DepartmentNode.largestInlineBatch else { return batch }
        let statements =
            if let offered, offered.batch == batch {
                try await offered.awaitStatements()
            } else {
                try await statements(on: batch, height)
            }
        return await statements.count >= node.holdersWanted ? node.reference(statements) : batch
    }

    /// Begins to give a batch to the others.
    func offer(_ batch: Data, _ height: Int) -> OfferedBatch {
        OfferedBatch(batch: batch, statements: Task { try await statements(on: batch, height) })
    }

    /// Gives the batch to all departments, and returns what those say that hold it, once they are enough.
    private func statements(on batch: Data, _ height: Int) async throws -> [PartyName: Data] {
        let (party, others) = (node.party, links.all)
        return try await withThrowingTaskGroup(of: (PartyName, Data?).self) { group in
            // The others first: the node itself may be at executing it.
            for (other, pair) in others {
                group.addTask {
                    (other, await pair.transfers.post("/v1/batches/\(party)/\(height)", batch, limit: 1 << 16))
                }
            }
            group.addTask {
                (party, try await NodeFailure.wrap { try await node.hold(batch, height: height, by: party) })
            }
            var statements: [PartyName: Data] = [:]
            while let (holder, statement) = try await group.next() {
                guard let statement, await node.accepts(statement, by: holder, of: batch, height: height) else {
                    continue
                }
                statements[holder] = statement
                let isEnough = await statements.count >= node.holdersWanted
                // This department holds it in any case.
                if isEnough, statements[party] != nil { group.cancelAll() }
            }
            return statements
        }
    }

    /// Takes a batch that the order refers to, from those who hold it, or else from anybody.
    func fetch(_ batch: Digest, _ holders: [PartyName]) async throws {
        let links = links.all
        for party in holders.shuffled() + links.keys.filter({ !holders.contains($0) }) {
            let path = "/v1/holdings/\(batch)"
            guard let bytes = await links[party]?.transfers.get(path, limit: BatchEvent.largestByteCount),
                Digest.sha256(bytes) == batch
            else { continue }
            return try await NodeFailure.wrap { try await node.take(batch: bytes) }
        }
    }

    /// Takes the batch of a block that others have spoken for or cosigned, where the order has not shown it: from one of
    /// those, or else from whoever was given it.
    func fetchBlock(_ root: Digest, from parties: [PartyName]) async throws {
        let links = links.all
        for party in parties.shuffled() + links.keys.filter({ !parties.contains($0) }) {
            let path = "/v1/candidates/\(root)"
            guard let bytes = await links[party]?.transfers.get(path, limit: ShownBatch.largestByteCount),
                let batch = try? ShownBatch(canonicalBytes: bytes)
            else { continue }
            // Whoever gives another batch does not keep the rest from being asked.
            if try await NodeFailure.wrap({ try await node.take(batch) }) { return }
        }
    }
}

/// A batch that is given to the others while this department executes it.
struct OfferedBatch: Sendable {
    let batch: Data
    let statements: Task<[PartyName: Data], any Error>

    /// Who stops waiting stops the giving, too: a node that ends waits for no other.
    func awaitStatements() async throws -> [PartyName: Data] {
        try await withTaskCancellationHandler {
            try await statements.value
        } onCancel: {
            statements.cancel()
        }
    }
}
