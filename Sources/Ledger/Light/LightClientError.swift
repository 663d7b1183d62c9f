/// Why a light client does not follow. The notes are evidence that anybody can check.
package enum LightClientError: Error, Hashable, Sendable {
    /// Two cosigned trees of which the larger does not continue the other.
    case fork(seen: LightCheckpoint, shown: LightCheckpoint)
    /// The source shows a shorter ledger than was seen.
    case rollback(seen: LightCheckpoint, shown: LightCheckpoint)
    /// What the source shows was cosigned by members who, by what was seen, are members no more, or never were.
    case otherMembers(seen: LightCheckpoint, shown: LightCheckpoint)
    /// The source's tiles do not hash up to the checkpoint that it shows: they prove nothing, for or against.
    case tilesDiffer(from: LightCheckpoint)
    /// The checkpoint of a proof, its note, is cosigned, and the tree that was seen does not continue its tree.
    case forkedProof(seen: LightCheckpoint, size: Int, note: String)
    /// The source proves a transaction against a later checkpoint than the newest that it shows.
    case proofAhead(of: LightCheckpoint)

    /// Two cosigned checkpoints that contradict each other, as anybody can check them.
    package var evidence: LightEvidence? {
        switch self {
        case .fork(let seen, let shown), .otherMembers(let seen, let shown), .rollback(let seen, let shown):
            LightEvidence(seen: seen.note, seenSize: seen.size, shown: shown.note, shownSize: shown.size)
        case .forkedProof(let seen, let size, let note):
            LightEvidence(seen: seen.note, seenSize: seen.size, shown: note, shownSize: size)
        case .tilesDiffer, .proofAhead: nil
        }
    }
}

extension LightClientError: CustomStringConvertible {
    package var description: String {
        let notes = evidence.map { "\n\($0)" } ?? ""
        return switch self {
        case .fork(let seen, let shown):
            "two histories: the tree of \(shown.size) leaves does not continue the one of \(seen.size) that was seen, "
                + "and departments have cosigned both. Keep both checkpoints and show them to the others.\(notes)"
        case .forkedProof(let seen, let size, _):
            "two histories: the tree of \(seen.size) leaves that was seen does not continue the one of \(size) of the "
                + "proof, and departments have cosigned both. Keep both checkpoints and show them to the others.\(notes)"
        case .rollback(let seen, let shown):
            "the ledger shown has \(shown.size) leaves, and \(seen.size) were seen: the node is behind, or entries were "
                + "taken back. Ask another node; if all show this, keep both checkpoints and tell the others.\(notes)"
        case .otherMembers(let seen, let shown):
            "two histories of the members: those who cosigned the tree of \(shown.size) leaves are not whom the changes "
                + "that were seen at \(seen.size) leaves lead to. Departments that have left, or old keys, may have "
                + "cosigned it. Keep both checkpoints and show them to the others.\(notes)"
        case .tilesDiffer(let shown):
            "the tiles do not hash up to the checkpoint of \(shown.size) leaves that was shown with them; "
                + "nothing was proven: ask another node"
        case .proofAhead(let newest):
            "the node proves the transaction against a later checkpoint than the one of \(newest.size) leaves that it "
                + "shows; nothing was proven: ask again, or another node"
        }
    }
}

/// Two notes of one ledger, what was seen first.
package struct LightEvidence: Hashable, Sendable, CustomStringConvertible {
    package let seen: String
    package let seenSize: Int
    package let shown: String
    package let shownSize: Int

    package var description: String { "seen:\n\(seen)shown:\n\(shown)" }
}
