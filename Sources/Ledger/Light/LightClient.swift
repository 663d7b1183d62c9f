import CanonicalJSON
import Contracts
package import Foundation
package import SharingModel
import TransparencyLog

/// Follows a ledger without executing it: it keeps the newest checkpoint that a quorum has cosigned, and takes a new one
/// only if its tree continues the tree of the one before.
///
/// Whose cosignatures count it knows from the founding record, and from then on from the changes of the registry, each of
/// which the members before it have cosigned. What it downloads grows with the logarithm of the ledger's length, and with
/// the changes that it does not know yet. It believes the quorum about what executing gave; about the history it
/// believes nobody: who shows it another one, shows it two checkpoints that prove so.
package struct LightClient: Sendable {
    private let founding: FoundingRecord
    private let section: SectionName

    /// - Parameter founding: The pinned record.
    package init(founding: FoundingRecord, section: SectionName) {
        (self.founding, self.section) = (founding, section)
    }

    /// Reads what was kept, ``FollowedLedger/bytes()``, and checks all of it but that the newest tree continues the one
    /// to which the members' changes lead.
    package func read(_ kept: Data) throws -> FollowedLedger {
        try FollowedLedger(document(kept), founding: founding, section: section, after: nil, isShown: false)
    }

    /// The source's newest checkpoint, which continues `seen`.
    /// - Parameter seen: What this client has kept; `nil` the first time, when there is nothing to compare with.
    /// - Throws: ``LightClientError`` with both notes for a source that shows another history;
    ///   ``LedgerError/proof(_:)`` for a note without a quorum, or a change of members that is not proven; what the source
    ///   throws.
    package func follow(from seen: FollowedLedger?, _ source: any LogSource) throws -> FollowedLedger {
        let shown = try FollowedLedger(
            document(source.newest(known: seen?.membership.changes.count ?? 0)), founding: founding, section: section,
            after: seen, isShown: true)
        guard let seen else { return shown }
        let (old, new) = (seen.newest, shown.newest)
        guard new.size >= old.size else { throw LightClientError.rollback(seen: old, shown: new) }
        let (before, after) = (seen.membership.changes, shown.membership.changes)
        guard after.starts(with: before), after.dropFirst(before.count).allSatisfy({ $0.effective > Int64(old.height) })
        else { throw LightClientError.otherMembers(seen: old, shown: new) }
        try check((old.size, old.root), isContinuedBy: new, source) { .fork(seen: old, shown: new) }
        return shown
    }

    /// What became of a transaction, proven against a checkpoint that belongs to the same history as `followed`.
    /// - Returns: The proof's content, and what is known now; where the source has moved on meanwhile, it was followed.
    package func prove(
        _ id: Digest, _ followed: FollowedLedger, _ source: any LogSource
    ) throws -> (ProvenTransaction, FollowedLedger) {
        let proof: TransactionProof
        do {
            proof = try CanonicalJSON.decode(TransactionProof.self, from: source.transaction(id))
        } catch let error as CanonicalJSONError {
            throw LedgerError.proof(.malformed(detail: "\(error)"))
        }
        // Another node, or the same one a moment later, may prove against another size.
        let followed =
            proof.inclusion.treeSize > followed.newest.size ? try follow(from: followed, source) : followed
        let newest = followed.newest
        guard proof.inclusion.treeSize <= newest.size else { throw LightClientError.proofAhead(of: newest) }
        let proven = try verify(proof, followed.membership.history)
        guard proven.id == id else { throw LedgerError.proof(.outcomeOfAnotherTransaction) }
        let tree = (size: proven.checkpoint.size, root: proven.checkpoint.root)
        try check(tree, isContinuedBy: newest, source) {
            .forkedProof(seen: newest, size: tree.size, note: proof.checkpoint)
        }
        return (proven, followed)
    }

    /// A proof against an earlier checkpoint was cosigned by the members of then.
    private func verify(_ proof: TransactionProof, _ history: MembershipHistory) throws -> ProvenTransaction {
        var refusal = LedgerError.notFinal
        for (number, members) in history.versions.enumerated() {
            do {
                return try proof.verify(against: members)
            } catch {
                guard case .proof(.tooFewCosignatures) = error else { throw error }
                if number == 0 { refusal = error }
            }
        }
        throw refusal
    }

    private func document(_ bytes: Data) throws(LedgerError) -> LightDocument {
        do {
            return try CanonicalJSON.decode(
                LightDocument.self, from: bytes, maximumByteCount: LightDocument.largestByteCount)
        } catch {
            throw .proof(.malformed(detail: "\(error)"))
        }
    }

    /// - Precondition: `first` is not the larger one.
    private func check(
        _ first: (size: Int, root: Digest), isContinuedBy second: LightCheckpoint, _ source: any LogSource,
        orElse fork: () -> LightClientError
    ) throws {
        if first.size == second.size {
            guard first.root == second.root else { throw fork() }
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
        guard began.root == first.root else { throw fork() }
    }
}
