package import Contracts
package import Ledger
package import SharingModel

extension PartySession {
    /// `department status`: whether this department takes part in the contest for the accounting right.
    package func setStatus(_ status: DepartmentStatus) async throws -> Receipt {
        try await submit(SetStatus(status: status))
    }

    /// `incident record`.
    package func recordIncident(enterprise: String, occurred: Timestamp, summary: String?) async throws -> Receipt {
        try await submit(RecordIncident(enterprise: enterprise, occurred: occurred, summary: summary))
    }
}
