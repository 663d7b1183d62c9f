package import Contracts
package import Foundation
package import SharingModel

/// What a node has to tell: for its log, its metrics and those who look after it.
package enum NodeEvent: Hashable, Sendable {
    /// Counts of transactions by kind; `after` is the time from this department's executing the batch to the quorum.
    case final(
        height: Int, accepted: [TransactionKind: Int], refused: [TransactionKind: Int], cosigners: [PartyName],
        after: Duration)
    case cosigned(height: Int)
    /// A department's cosignature of a block is here, this one's own too; `after` is the time since the batch was
    /// executed here, nothing if it was here before.
    case arrived(height: Int, from: PartyName, after: Duration)
    /// The batch is from before this node began without a journal, so it may have cosigned another already; or stands
    /// behind a gap, so it may not be the first. It is cosigned when others have done so.
    case silent(height: Int)
    /// The order no longer has all that happened up to this place, and this node has not seen all of it.
    case gap(through: Int64)
    /// What came of the order for this height is not what the order has; it is read again.
    case orderDiffered(height: Int)
    /// Somebody said that this order takes the place of the one before.
    case tookUpOrder(OrderPlace)
    /// This department's key has cosigned another block of the height that the order has: there is another node with
    /// it, or was.
    case cosignedElsewhere(height: Int)
    /// The department has cosigned a tree that this ledger never had.
    case anotherHistory(size: Int, by: PartyName)
    /// Another department has a later cosignature of this one than the journal: the home was restored from a backup.
    case outdatedJournal(height: Int, from: PartyName)
    case proposed(height: Int, transactions: Int)
    /// A batch that all departments skip, whose fault it is.
    case skipped(height: Int, by: PartyName, BatchFault)
    /// Somebody wrote over a batch or deleted it: it changes nothing.
    case rewritten(height: Int, by: PartyName)
    case deleted(height: Int, by: PartyName)
    /// The batch of the next height is held by these departments, and has not come from any of them yet.
    case awaitsBatch(height: Int, holders: [PartyName])
    case equivocation(Equivocation)
    /// The department has said of an open height what no honest one says beside something else that it has said.
    case contradicted(height: Int, by: PartyName)
    /// All departments have settled this height by hand, and this one follows.
    case settled(height: Int)
    /// Others made another block final at a height that this department had cosigned differently.
    case outvoted(height: Int)
    case caughtUp(height: Int, from: PartyName, accepted: [TransactionKind: Int], refused: [TransactionKind: Int])
    case refusedBlock(height: Int, from: PartyName)
}

/// What a node wants sent.
package enum NodeOutput: Sendable {
    /// A large batch that this department is about to propose, for the others to hold: it is executed here meanwhile.
    case offer(batch: Data, height: Int)
    /// Into the order, as this department's batch.
    case propose(batch: Data, height: Int)
    /// To every other department.
    case send(CosignatureMessage)
    case agree(AgreementMessage)
    /// A batch that the order refers to; these departments first.
    case fetchBatch(Digest, holders: [PartyName])
    /// The batch of a block of the next height that these departments have; the others after them.
    case fetchBlock(root: Digest, from: [PartyName])
    /// Blocks from `height` on are to be had; some department has shown that there are later ones.
    case fetch(height: Int)
    /// ``DepartmentNode/takeArrivals()`` is to be called after this time.
    case takeArrivals(after: Duration)
    /// The order is to be read again, from ``DepartmentNode/startPosition()``.
    case rewind
    /// The order is to be asked this; ``DepartmentNode/take(_:for:)`` takes the answer.
    case readStanding(StandingRequest)
}
