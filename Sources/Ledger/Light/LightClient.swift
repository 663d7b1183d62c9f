import CanonicalJSON
package import Foundation
package import SharingModel
import TransparencyLog

/// Follows a ledger without executing it: it keeps the newest checkpoint that a quorum has cosigned, and takes a new one
/// only if its tree continues the tree of the one before.
///
/// What it downloads grows with the logarithm of the ledger's length. It believes the quorum about what executing gave;
/// about the history it believes nobody: who shows it another one, shows it two checkpoints that prove so.
package struct LightClient: Sendable {
    private let policy: CheckpointPolicy

    /// - Parameter policy: Whose cosignatures count.
    package init(policy: CheckpointPolicy) {
        self.policy = policy
    }

    /// Reads a note that was kept, or that a source shows, and checks its quorum.
    package func read(_ note: Data) throws(LedgerError) -> LightCheckpoint {
        guard let text = String(validating: note, as: UTF8.self) else {
            throw .proof(.malformed(detail: "the checkpoint is not UTF-8"))
        }
        return LightCheckpoint(note: text, final: try policy.verify(text))
    }

    /// The source's newest checkpoint, which continues `seen`.
    /// - Parameter seen: What this client has kept; `nil` the first time, when there is nothing to compare with.
    /// - Throws: ``LightClientError`` with both notes for a source that shows another history;
    ///   ``LedgerError/proof(_:)`` for a note without a quorum; what the source throws.
    package func follow(from seen: LightCheckpoint?, _ source: any LogSource) throws -> LightCheckpoint {
        let shown = try read(source.checkpoint())
        if let seen {
            guard shown.size >= seen.size else { throw LightClientError.rollback(seen: seen, shown: shown) }
            try check(seen, isContinuedBy: shown, source)
        }
        return shown
    }

    /// What became of a transaction, proven against a checkpoint that belongs to the same history as `newest`.
    /// - Returns: The proof's content, and the later one of `newest` and the proof's checkpoint.
    package func prove(
        _ id: Digest, newest: LightCheckpoint, _ source: any LogSource
    ) throws -> (ProvenTransaction, LightCheckpoint) {
        let proof: TransactionProof
        do {
            proof = try CanonicalJSON.decode(TransactionProof.self, from: source.transaction(id))
        } catch let error as CanonicalJSONError {
            throw LedgerError.proof(.malformed(detail: "\(error)"))
        }
        let proven = try proof.verify(against: policy)
        guard proven.id == id else { throw LedgerError.proof(.outcomeOfAnotherTransaction) }
        let shown = try read(Data(proof.checkpoint.utf8))
        // Another node, or the same one a moment later, may prove against another size.
        let (first, second) = shown.size < newest.size ? (shown, newest) : (newest, shown)
        try check(first, isContinuedBy: second, source)
        return (proven, second)
    }

    /// - Precondition: `second` is not the smaller one.
    private func check(
        _ first: LightCheckpoint, isContinuedBy second: LightCheckpoint, _ source: any LogSource
    ) throws {
        if first.size == second.size {
            guard first.root == second.root else { throw LightClientError.fork(seen: first, shown: second) }
            return
        }
        guard first.size > 0 else { return }
        let tiles = TileHashes(size: second.size, fetch: source.tile)
        // Where the tiles hash up to the second root, they show the true root of its first leaves; so a difference
        // is then the checkpoints', not the tiles'.
        let began = try TreeHead(size: first.size, root: tiles.treeRoot(size: first.size))
        do {
            try tiles.consistencyProof(from: first.size, to: second.size)
                .verify(from: began, to: second.final.checkpoint.head)
        } catch is TransparencyLogError {
            throw LightClientError.tilesDiffer(from: second)
        }
        guard began.root == first.root else { throw LightClientError.fork(seen: first, shown: second) }
    }
}

/// A checkpoint with the quorum's cosignatures that a light client keeps. Only ``LightClient`` makes one.
package struct LightCheckpoint: Hashable, Sendable {
    /// The signed note as it came.
    package let note: String
    package let final: FinalCheckpoint

    fileprivate init(note: String, final: FinalCheckpoint) {
        (self.note, self.final) = (note, final)
    }

    package var size: Int { final.checkpoint.size }
    package var root: Digest { final.checkpoint.root }
}

/// Why a light client does not follow. The notes are evidence that anybody can check.
package enum LightClientError: Error, Hashable, Sendable {
    /// Two cosigned trees of which the larger does not continue the other.
    case fork(seen: LightCheckpoint, shown: LightCheckpoint)
    /// The source shows a shorter ledger than was seen.
    case rollback(seen: LightCheckpoint, shown: LightCheckpoint)
    /// The source's tiles do not hash up to the checkpoint that it shows: they prove nothing, for or against.
    case tilesDiffer(from: LightCheckpoint)
}

extension LightClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fork(let seen, let shown):
            "two histories: the tree of \(shown.size) leaves does not continue the one of \(seen.size) that was seen, "
                + "and departments have cosigned both. Keep both checkpoints and show them to the others.\n"
                + LightClientError.evidence(seen, shown)
        case .rollback(let seen, let shown):
            "the ledger shown has \(shown.size) leaves, and \(seen.size) were seen: the node is behind, or entries were "
                + "taken back. Ask another node; if all show this, keep both checkpoints and tell the others.\n"
                + LightClientError.evidence(seen, shown)
        case .tilesDiffer(let shown):
            "the tiles do not hash up to the checkpoint of \(shown.size) leaves that was shown with them; "
                + "nothing was proven: ask another node"
        }
    }

    /// Both notes, the older first, as anybody can check them.
    package static func evidence(_ seen: LightCheckpoint, _ shown: LightCheckpoint) -> String {
        "seen:\n\(seen.note)shown:\n\(shown.note)"
    }
}
