import Contracts
package import Ledger
package import Logging
import SharingModel

extension NodeEvent {
    /// One line for the log.
    package var line: String {
        switch self {
        case .final(let height, let accepted, let refused, let cosigners, let after):
            "height \(height) final: \(accepted.values.reduce(0, +)) accepted, \(refused.values.reduce(0, +)) refused, "
                + "cosigned by \(cosigners.map(\.text).joined(separator: ", ")) in \(after)"
        case .arrived(let height, let party, let after): "height \(height): cosignature of \(party) after \(after)"
        case .cosigned(let height): "height \(height) executed and cosigned"
        case .silent(let height):
            "height \(height) executed, and to be cosigned when others have or all agree: its batch is older than this node's "
                + "journal, or earlier ones may be lost"
        case .gap(let position):
            "etcd no longer has all that happened up to revision \(position): what was written over or deleted may be missing"
        case .orderDiffered(let height):
            "what came from etcd for height \(height) is not what etcd has: it is read again, and nothing of it is cosigned"
        case .tookUpOrder(let newest):
            "goes on with etcd cluster \(newest.order), from its beginning; the next height is cosigned when others have, or "
                + "all agree"
        case .cosignedElsewhere(let height):
            "this department's key has cosigned another block of height \(height): does a second node run with it?"
        case .anotherHistory(let size, let party):
            "\(party) has cosigned a tree of \(size) leaves that is not this ledger's"
        case .outdatedJournal(let height, let party):
            "\(party) has this department's word or cosignature for height \(height), which the journal does not know: this home "
                + "is an old copy; the node is silent until what was begun before its return is final"
        case .proposed(let height, let count): "height \(height) proposed with \(count) transactions"
        case .skipped(let height, let party, let fault): "batch of \(party) for height \(height) skipped: \(fault)"
        case .rewritten(let height, let party): "\(party) wrote again over its batch for height \(height)"
        case .deleted(let height, let party): "\(party)'s batch for height \(height) was deleted: it changes nothing"
        case .awaitsBatch(let height, let holders):
            "height \(height) waits for its batch, which \(holders.map(\.text).joined(separator: ", ")) hold"
        case .equivocation(let proof):
            "\(proof.party) has cosigned two trees of \(proof.first.size) leaves; both are kept as evidence"
        case .contradicted(let height, let party):
            "\(party) contradicts itself about height \(height): no honest department says both"
        case .settled(let height):
            "height \(height) was settled by all departments; this one follows, and has given up what it cosigned there"
        case .outvoted(let height): "height \(height) is final with another block than this department cosigned"
        case .caughtUp(let height, let party, _, _): "height \(height) taken from \(party)"
        case .refusedBlock(let height, let party): "what \(party) shows as height \(height) does not hold"
        }
    }

    /// A warning is something that somebody ought to look at; a cosignature's arrival is for the metrics.
    package var logLevel: Logger.Level {
        switch self {
        case .skipped, .rewritten, .deleted, .equivocation, .contradicted, .outvoted, .refusedBlock, .silent,
            .outdatedJournal,
            .gap, .orderDiffered, .tookUpOrder, .cosignedElsewhere, .anotherHistory, .settled, .awaitsBatch:
            .warning
        case .final, .cosigned, .proposed, .caughtUp: .info
        case .arrived: .debug
        }
    }
}
