package import SharingModel
package import TransparencyLog

/// What can go wrong with a ledger as a whole. For single envelopes see ``AdmissionError``.
package enum LedgerError: Error, Hashable, Sendable {
    /// Another process held the write lock for all this time; nothing was done.
    case busy(seconds: Int)
    /// The queue of this process is full; nothing was done.
    case overloaded(waiting: Int)
    /// No quorum has made it final in this time. It may be yet; submitting the same envelope again is safe.
    case notFinalWithin(seconds: Int)
    case notALedger(path: String)
    /// What the storage reports, in its words.
    case storage(path: String, detail: String)
    /// A row that cannot have been written by this program.
    case malformedRow(table: String, key: String)
    /// The storage holds the ledger of another consortium or section.
    case anotherLedger(stored: String, expected: String)
    /// The storage holds no block yet.
    case empty
    /// The block at `height` is not what executing it gives.
    case blockDiffers(height: Int, BlockPart)
    /// The leaf is missing that the block at `height` needs.
    case leafMissing(height: Int, index: Int)
    case unknownHeight(Int)
    /// No checkpoint has enough cosignatures yet.
    case notFinal
    /// The old members have not cosigned the decision that takes effect at this height.
    case changeNotFinal(effective: Int)
    case unknownTransaction(Digest)
    /// The entry at `index` came into the ledger after the checkpoint of `size` leaves.
    case notYetIn(size: Int, index: Int)
    /// A stored cosignature is not that party's of that height's checkpoint.
    case wrongCosignature(height: Int, PartyName)
    /// The party has no cosigning key as a member of this ledger, or the key given is another.
    case notACosigner(PartyName)
    /// The ledger shows a tree that does not continue the one seen before. Both checkpoints are evidence.
    case fork(seen: Checkpoint, shown: Checkpoint)
    /// The ledger is shorter than one seen before. Both checkpoints are evidence.
    case rollback(seen: Checkpoint, shown: Checkpoint)
    case proof(ProofFault)

    /// The part of a block that differs.
    package enum BlockPart: String, Hashable, Sendable {
        case height, time, proposer, members, mechanism, version
        case transactionCount = "number of transactions"
        case previousCosignatures = "previous cosignatures"
        case envelope, admission, replay, outcomes, writes, record, root, hashes
    }

    /// Why a ``TransactionProof`` proves nothing.
    package enum ProofFault: Hashable, Sendable {
        case malformed(detail: String)
        case checkpointOfAnotherLedger(origin: String, expected: String)
        case tooFewCosignatures(valid: Int, needed: Int)
        case entryNotIncluded
        case recordNotIncluded
        case outsideBlock
        case outcomeNotIncluded
        case outcomeOfAnotherTransaction
        case membersDiffer
        /// The transaction at `height` does not show a decided change of the registry.
        case changeNotProven(height: Int)
        /// The trees of two steps of the members' changes are not one history.
        case stepsDiffer
    }
}

extension LedgerError {
    /// Whether it says that the storage does not hold what was written to it.
    package var isDamage: Bool {
        switch self {
        case .notALedger, .storage, .malformedRow, .blockDiffers, .leafMissing, .unknownHeight: true
        default: false
        }
    }
}
