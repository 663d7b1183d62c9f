import Contracts
import SharingModel

extension DepartmentNode {
    /// Puts on the ledger, in this department's name, that another wrote what nobody takes. Once for each height and
    /// fault: what the order shows again, after a restart too, is reported already.
    func reportFault(_ fault: ReportedFault, of department: PartyName, height: Int) throws {
        guard reportsFaults, department != party, memberships.policy(at: head.height + 1).parties.contains(department),
            (head.height - 64...head.height + 1).contains(height)
        else { return }
        let body = ReportBatch(department: department, fault: fault, height: Int64(height))
        let party = party
        guard reported.insert(body).inserted,
            try !ledger.storage.read({ try LedgerState($0).hasReported(body, by: party) })
        else { return }
        reported = reported.filter { $0.height >= Int64(head.height - 64) }
        do { try submit(body) } catch is AdmissionError {}
    }
}

extension BatchFault {
    /// How it is reported: `invalid` only where nobody but the department can have brought it about. A batch of
    /// another height may be an earlier one of its own that somebody else put there.
    var reported: ReportedFault {
        switch self {
        case .tooLarge, .malformed, .wrongSignature, .notADepartment, .anotherHeight, .tooFewHolders: .misplaced
        default: .invalid
        }
    }
}
