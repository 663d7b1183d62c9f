import Foundation
import Ledger
import SharingModel

/// Batches that are too large for the order, from node to node.
extension NodeService {
    /// What is written into the order for a batch: itself, or, if it is large, a reference to it once so many
    /// departments hold it that whenever there is a quorum, one of them is there.
    ///
    /// One more than have to is asked for, so that a home which is lost takes no batch with it: where one is enough,
    /// that would be the proposer itself. Where not enough of them answer, the batch is written itself: etcd then takes longer, and nothing waits.
    func inOrder(_ batch: Data, _ height: Int) async throws -> Data {
        guard batch.count > DepartmentNode.largestInlineBatch else { return batch }
        let own = try await NodeFailure.wrap { try await node.hold(batch, height: height, by: node.party) }
        guard let own else { return batch }
        var statements = [node.party: own]
        let (wanted, others) = (await node.holdersWanted, links.all)
        await withTaskGroup(of: (PartyName, Data?).self) { group in
            for (party, pair) in others {
                group.addTask {
                    let path = "/v1/batches/\(node.party)/\(height)"
                    return (party, await pair.transfers.post(path, batch, limit: 1 << 16))
                }
            }
            for await (party, statement) in group {
                if let statement, await node.accepts(statement, by: party, of: batch, height: height) {
                    statements[party] = statement
                }
                if statements.count >= wanted { group.cancelAll() }
            }
        }
        return statements.count >= wanted ? node.reference(statements) : batch
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

    /// Takes the batch of a block that others have cosigned, where the order no longer has it.
    func fetchCosigned(_ root: Digest, from parties: [PartyName]) async throws {
        let links = links.all
        for party in parties.shuffled() {
            let path = "/v1/cosigned/\(root)"
            guard let bytes = await links[party]?.transfers.get(path, limit: CosignedBatch.largestByteCount),
                let batch = try? CosignedBatch(canonicalBytes: bytes)
            else { continue }
            return try await NodeFailure.wrap { try await node.take(batch) }
        }
    }
}
