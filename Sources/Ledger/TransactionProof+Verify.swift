import CanonicalJSON
import Foundation
import SharingModel
import SignedEnvelopes
import TransparencyLog

extension TransactionProof {
    /// Checks the whole proof, with nothing but what `policy` pins.
    /// - Throws: ``LedgerError/proof(_:)`` with the first thing that does not hold.
    package func verify(against policy: CheckpointPolicy) throws(LedgerError) -> ProvenTransaction {
        try verify(against: MembershipHistory(founding: policy))
    }

    /// Checks the whole proof: the checkpoint by the newest members of `history`, the block by those of its height.
    /// - Parameter history: Up to the checkpoint's height.
    /// - Throws: ``LedgerError/proof(_:)`` with the first thing that does not hold.
    package func verify(against history: MembershipHistory) throws(LedgerError) -> ProvenTransaction {
        let checkpoint = try history.newest.verify(checkpoint)
        guard inclusion.treeSize == checkpoint.checkpoint.size else {
            throw .proof(.malformed(detail: "the inclusion proof is of another size than the checkpoint"))
        }
        guard let leaf = try? envelope.canonicalBytes() else {
            throw .proof(.malformed(detail: "the envelope is not canonical"))
        }
        try include(leaf, at: inclusion.index, inclusion.hashes, checkpoint.checkpoint, or: .entryNotIncluded)
        try include(
            try bytes(block.record), at: block.index, block.inclusion, checkpoint.checkpoint, or: .recordNotIncluded)
        try checkPlace(history.policy(at: block.record.height))
        return ProvenTransaction(
            id: envelope.id, envelope: envelope, index: inclusion.index, record: block.record, outcome: outcome,
            checkpoint: checkpoint.checkpoint, cosigners: checkpoint.cosigners)
    }

    /// That the outcome is of this envelope, in this block.
    private func checkPlace(_ policy: CheckpointPolicy) throws(LedgerError) {
        let record = block.record
        guard record.version == BlockRecord.version,
            (1...BlockRecord.largestTransactionCount).contains(record.transactions)
        else { throw .proof(.malformed(detail: "the block's record is of another version or size")) }
        guard record.members == policy.members else { throw .proof(.membersDiffer) }
        let place = inclusion.index - (block.index - record.transactions)
        guard (0..<record.transactions).contains(place) else { throw .proof(.outsideBlock) }
        guard outcome.transaction == envelope.id, outcome.index == place, outcome.accepted == (outcome.reason == nil)
        else { throw .proof(.outcomeOfAnotherTransaction) }
        let proof = InclusionProof(index: place, treeSize: record.transactions, hashes: try digests(outcomeProof))
        try check(proof, of: try bytes(outcome), record.outcomes, or: .outcomeNotIncluded)
    }

    private func include(
        _ leaf: Data, at index: Int, _ hashes: [Data], _ checkpoint: Checkpoint, or fault: LedgerError.ProofFault
    ) throws(LedgerError) {
        let proof = InclusionProof(index: index, treeSize: checkpoint.size, hashes: try digests(hashes))
        try check(proof, of: leaf, checkpoint.root, or: fault)
    }

    private func check(
        _ proof: InclusionProof, of leaf: Data, _ root: Digest, or fault: LedgerError.ProofFault
    ) throws(LedgerError) {
        do {
            try proof.verify(leafHash: MerkleHash.leaf(leaf), root: root)
        } catch {
            throw .proof(fault)
        }
    }

    private func bytes(_ value: some Encodable) throws(LedgerError) -> Data {
        do {
            return try CanonicalJSON.encode(value)
        } catch {
            throw .proof(.malformed(detail: "\(error)"))
        }
    }

    private func digests(_ hashes: [Data]) throws(LedgerError) -> [Digest] {
        let digests = hashes.compactMap { Digest(bytes: $0) }
        guard digests.count == hashes.count else {
            throw .proof(.malformed(detail: "a hash of the proof is not 32 bytes"))
        }
        return digests
    }
}
