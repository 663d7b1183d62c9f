package import Contracts
package import Ledger
package import SharingModel

/// What the ledger says of its departments: where each stands for the next block, and what it has earned and missed.
package struct DepartmentOverview: Sendable {
    package let mechanism: AccountingMechanism
    /// The height that the standings are for; 0 while there is no block.
    package let nextHeight: Int
    /// The rotation's term at that height, from 0; `nil` under other mechanisms.
    package let term: Int?
    /// Sorted by name.
    package let departments: [Row]

    package struct Row: Sendable {
        package let account: DepartmentAccount
        package let faults: BatchFaultCounts
        package let status: DepartmentStatus
        package let standing: DepartmentStanding?
    }

    /// All of it from one snapshot.
    package init(_ session: ReadingSession) throws {
        let policy = session.ledger.policy
        mechanism = policy.accounting.mechanism
        let accounting = policy.accounting
        (nextHeight, term, departments) = try session.ledger.read { reader in
            let height = try reader.head().map { $0.height + 1 } ?? 0
            let state = LedgerState(reader)
            let (accounts, contest) = (try state.departmentAccounts(), try state.contest())
            let standings = try session.ledger.standings(reader)
            let names = Set(policy.parties + accounts.departments.map(\.department)).sorted()
            let rows = try names.map { name in
                Row(
                    account: accounts[name], faults: try state.batchFaults(name), status: contest.status(of: name),
                    standing: standings.first { $0.department == name })
            }
            return (height, accounting.term(of: height), rows)
        }
    }
}
