import SharingModel

/// `department.status`: a department says whether it is idle, and so takes part in the contest for the accounting
/// right, or busy. It goes on cosigning either way.
package struct SetStatus: TransactionBody {
    package static let kind = TransactionKind.setStatus
    package let status: DepartmentStatus

    package init(status: DepartmentStatus) {
        self.status = status
    }

    package func checkForm() throws(ContractsError) {}

    package func execute(in execution: inout Execution) throws {
        _ = try execution.department(execution.by)
        var contest = try execution.state.contest()
        guard contest.status(of: execution.by) != status else {
            throw Refusal(.statusUnchanged, ["department": execution.by.text, "status": status.rawValue])
        }
        contest.set(status, of: execution.by, at: execution.now)
        try execution.write(contest, to: .contest)
    }
}

/// Whether a department has time to spare. One that never said so is idle.
package enum DepartmentStatus: String, Codable, Hashable, Sendable, CaseIterable {
    case busy, idle
}
