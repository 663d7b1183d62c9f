package import SharingModel

/// What a department has earned and missed in keeping the ledger.
package struct DepartmentAccount: Codable, Hashable, Sendable {
    package let department: PartyName
    /// Blocks that it wrote by right.
    package var efficiencyAwards: Int64 = 0
    /// Blocks that it wrote in place of those who held the right: no award.
    package var standIns: Int64 = 0
    /// Blocks that it cosigned in time: the next block carries its cosignature.
    package var contributionAwards: Int64 = 0
    /// Blocks whose successor does not carry its cosignature.
    package var absences: Int64 = 0

    package init(department: PartyName) {
        self.department = department
    }
}

/// The accounts of all departments that ever cosigned the ledger, as one value: a block changes nearly all of them.
package struct DepartmentAccounts: Codable, Hashable, Sendable {
    /// Sorted by department.
    package private(set) var departments: [DepartmentAccount]

    package init() {
        departments = []
    }

    package subscript(department: PartyName) -> DepartmentAccount {
        get { departments.first { $0.department == department } ?? DepartmentAccount(department: department) }
        set {
            let place = departments.firstIndex { $0.department >= department } ?? departments.endIndex
            if place < departments.endIndex, departments[place].department == department {
                departments[place] = newValue
            } else {
                departments.insert(newValue, at: place)
            }
        }
    }
}

extension LedgerState {
    /// Empty while no block was made by several departments.
    package func departmentAccounts() throws -> DepartmentAccounts {
        try read(DepartmentAccounts.self, at: .accounts) ?? DepartmentAccounts()
    }
}
