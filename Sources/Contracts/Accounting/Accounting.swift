import CanonicalJSON
import SharingModel

/// What a block credits and charges to the departments: an efficiency award to its writer if that holds the
/// right; for the block before, a
/// contribution award to each department whose cosignature this block carries, and an absence to each other.
///
/// Under ``AccountingMechanism/embedded`` nobody competes for the right and nobody's cosignature is waited for, so
/// nothing is credited.
struct Accounting {
    private let block: BlockContext

    init(_ block: BlockContext) {
        self.block = block
    }

    func writes(_ state: LedgerState) throws -> [StateWrite] {
        guard block.mechanism != .embedded else { return [] }
        var accounts = try state.departmentAccounts()
        for department in block.departments {
            var account = accounts[department]
            if department == block.proposer {
                if block.isStandIn { account.standIns += 1 } else { account.efficiencyAwards += 1 }
            }
            if block.cosigners.contains(department) {
                account.contributionAwards += 1
            } else {
                account.absences += 1
            }
            accounts[department] = account
        }
        return [StateWrite(key: StateKey.accounts.text, value: try CanonicalJSON.encode(accounts))]
    }
}
