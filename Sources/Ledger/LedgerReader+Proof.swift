import CanonicalJSON
import Foundation
import SharingModel
import TransparencyLog

extension LedgerReader {
    /// Proves what became of a transaction, against the tree as it was after `block`.
    /// - Parameter checkpoint: The text of a cosigned checkpoint of exactly `size` leaves.
    /// - Throws: ``LedgerError/unknownTransaction(_:)``; ``LedgerError/notYetIn(size:index:)`` if it came later.
    func proof(of id: Digest, size: Int, checkpoint: String) throws -> TransactionProof {
        guard let entry = try entry(id: id) else { throw LedgerError.unknownTransaction(id) }
        guard let block = try block(holding: entry.index) else { throw LedgerError.unknownTransaction(id) }
        guard block.size <= size else { throw LedgerError.notYetIn(size: size, index: entry.index) }
        let outcomes = try outcomeLeaves(of: block)
        let place = entry.index - block.entries.lowerBound
        guard outcomes.indices.contains(place) else {
            throw LedgerError.leafMissing(height: block.height, index: entry.index)
        }
        return TransactionProof(
            envelope: entry.envelope,
            inclusion: TransactionProof.Inclusion(
                index: entry.index, treeSize: size, hashes: try inclusion(of: entry.index, size: size)),
            outcome: outcomes[place], outcomeProof: try OutcomeTree(outcomes).proof(at: place).hashes.map { Data($0.bytes) },
            block: TransactionProof.Block(
                record: block.record, index: block.recordIndex,
                inclusion: try inclusion(of: block.recordIndex, size: size)),
            checkpoint: checkpoint)
    }

    private func inclusion(of index: Int, size: Int) throws -> [Data] {
        try inclusionProof(index: index, size: size).hashes.map { Data($0.bytes) }
    }

    /// The block's outcomes as leaves, in order, put together from entries and stored outcomes.
    func outcomeLeaves(of block: StoredBlock) throws -> [OutcomeLeaf] {
        let ids = try entryIDs(in: block.entries)
        let outcomes = try outcomes(in: block.entries)
        guard ids.count == outcomes.count, ids.count == block.record.transactions else {
            throw LedgerError.leafMissing(height: block.height, index: block.entries.lowerBound)
        }
        return zip(ids, outcomes).enumerated().map { place, pair in
            OutcomeLeaf(index: place, transaction: pair.0, refusal: pair.1.refusal, writes: pair.1.writes)
        }
    }
}
