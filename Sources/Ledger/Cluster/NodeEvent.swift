package import Contracts
package import Foundation
package import SharingModel

/// What a node has to tell: for its log, its metrics and those who look after it.
package enum NodeEvent: Hashable, Sendable {
    /// Counts of transactions by kind; `after` is the time from this department's cosignature to the quorum.
    case final(
        height: Int, accepted: [TransactionKind: Int], refused: [TransactionKind: Int], cosigners: [PartyName],
        after: Duration)
    case cosigned(height: Int)
    /// The batch is from before this node began without a journal, so it may have cosigned another already.
    case silent(height: Int)
    /// Another department has a later cosignature of this one than the journal: the home was restored from a backup.
    case outdatedJournal(height: Int, from: PartyName)
    case proposed(height: Int, transactions: Int)
    /// A batch that all departments skip, whose fault it is.
    case skipped(height: Int, by: PartyName, BatchFault)
    /// Somebody wrote over a batch or deleted it: it changes nothing.
    case rewritten(height: Int, by: PartyName)
    case deleted(height: Int, by: PartyName)
    case equivocation(Equivocation)
    /// All departments have settled this height by hand, and this one follows.
    case settled(height: Int)
    /// Others made another block final at a height that this department had cosigned differently.
    case outvoted(height: Int)
    case caughtUp(height: Int, from: PartyName)
    case refusedBlock(height: Int, from: PartyName)
}

/// What a node wants sent.
package enum NodeOutput: Sendable {
    /// Into the order, as this department's batch.
    case propose(batch: Data, height: Int)
    /// To every other department.
    case send(CosignatureMessage)
    /// Blocks from `height` on are to be had; some department has shown that there are later ones.
    case fetch(height: Int)
}
