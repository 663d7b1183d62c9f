import Ledger
import SharingModel

extension NodeEvent {
    /// What a department did that contradicts itself, or that no other takes.
    struct Fault: Hashable {
        let department: PartyName
        /// A word for it.
        let kind: String
    }

    /// `nil` where nobody did anything, or nobody knows who.
    var fault: Fault? {
        switch self {
        case .contradicted(_, let party): Fault(department: party, kind: "contradiction")
        case .equivocation(let proof): Fault(department: proof.party, kind: "equivocation")
        case .anotherHistory(_, let party): Fault(department: party, kind: "other-history")
        case .skipped(_, let party, _): Fault(department: party, kind: "batch-skipped")
        case .rewritten(_, let party): Fault(department: party, kind: "batch-rewritten")
        case .deleted(_, let party): Fault(department: party, kind: "batch-deleted")
        case .refusedBlock(_, let party): Fault(department: party, kind: "block-refused")
        default: nil
        }
    }
}
