import Contracts
import Foundation
package import SharingModel

/// Who may write the batch of one height, and how long each leaves that to those before it.
///
/// What may be written depends on the batch and on the final ledger, and on nothing else, so that all departments
/// take and skip the same. How long somebody waits is courtesy: no clock decides which batch counts.
struct AccountingRight {
    let mechanism: AccountingMechanism
    /// Sorted by department.
    private let standings: [DepartmentStanding]
    /// What a department that competes has to put into its batch; `nil` where nothing has to be solved.
    private let answer: [Int64]?
    /// Of the rotation, from 0.
    private let term: Int?

    /// - Parameters:
    ///   - head: The final block before.
    ///   - state: The state after it.
    init(policy: CheckpointPolicy, after head: StoredBlock, state: any StateReader) throws {
        mechanism = policy.accounting.mechanism
        let height = head.height + 1
        switch (mechanism, policy.accounting.rotation) {
        case (.rotation, .some(let rotation)):
            let current = policy.accounting.term(of: height) ?? 0
            standings = Rotation(rotation, departments: policy.parties).standings(in: current, parent: head.root)
            (term, answer) = (current, nil)
        case (.contest, _):
            let contest = try LedgerState(state).contest()
            term = nil
            standings = Contest.standings(of: policy.parties, at: height, contest)
            answer = contest.answer
        case (.turns, _), (.rotation, nil), (.embedded, _):
            term = nil
            standings = Turns.standings(of: policy.parties, at: height)
            answer = nil
        }
    }

    func standing(of party: PartyName) -> DepartmentStanding? {
        standings.first { $0.department == party }
    }

    var all: [DepartmentStanding] { standings }

    /// What `party` puts into its batch: who stands in competes for nothing.
    func answer(of party: PartyName) -> [Int64]? {
        standing(of: party)?.isStandIn == true ? nil : answer
    }

    /// By what right a batch of `party` with `given` as its answer is taken, as the block's record says it.
    /// - Throws: ``BatchFault/notADepartment``, ``BatchFault/wrongAnswer``.
    func mechanism(of party: PartyName, answer given: [Int64]?) throws(BatchFault) -> BlockRecord.Mechanism {
        guard let standing = standing(of: party) else { throw .notADepartment }
        guard given == answer(of: party) else { throw .wrongAnswer }
        switch mechanism {
        case .embedded, .turns: return .turns(proposer: party)
        case .rotation:
            return BlockRecord.Mechanism(
                name: .rotation, operator: party, place: standing.place, standIn: standing.isStandIn, term: term)
        case .contest:
            return BlockRecord.Mechanism(
                name: .contest, operator: party, answer: given, standIn: standing.isStandIn)
        }
    }
}

/// Where a department stands for one height.
package struct DepartmentStanding: Codable, Hashable, Sendable {
    package let department: PartyName
    /// How many times their patience the others are left to write; several may have the same.
    package let place: Int
    /// Whether it would write in place of those who hold the right.
    package let isStandIn: Bool

    package init(department: PartyName, place: Int, isStandIn: Bool) {
        (self.department, self.place, self.isStandIn) = (department, place, isStandIn)
    }
}
