import Contracts
import TransparencyLog

extension LedgerIdentity {
    /// Checks that the ledger shown continues the tree of `seen`, by a consistency proof from one to the other.
    /// - Throws: ``LedgerError/fork(seen:shown:)`` or ``LedgerError/rollback(seen:shown:)`` with both checkpoints.
    func checkContinuity(from seen: Checkpoint, to shown: any LedgerReader) throws {
        guard seen.origin == origin else {
            throw LedgerError.anotherLedger(stored: origin, expected: seen.origin)
        }
        guard seen.size > 0 else { return }
        guard let head = try shown.head().map({ try Checkpoint(origin: origin, size: $0.size, root: $0.root) }) else {
            throw LedgerError.rollback(
                seen: seen, shown: try Checkpoint(origin: origin, size: 0, root: MerkleHash.emptyRoot))
        }
        guard seen.size <= head.size else { throw LedgerError.rollback(seen: seen, shown: head) }
        if seen.head == head.head { return }
        do {
            try shown.consistencyProof(from: seen.size, to: head.size).verify(from: seen.head, to: head.head)
        } catch is TransparencyLogError {
            throw LedgerError.fork(seen: seen, shown: head)
        }
    }
}
