import Contracts
import Ledger
import SharingModel
import SignedEnvelopes

extension SimulatedCluster {
    /// One thing that departments do about who they are: one proposes a change, or approves what is open. What is lost
    /// on its way is done again by a later step.
    func membershipStep(at department: SimulatedDepartment) throws {
        guard !department.isDown, try isMember(department) else { return }
        let open = try department.ledger.read { try LedgerState($0).changeProposals() }.filter { $0.decided == nil }
        guard let proposal = open.randomElement(using: &generator) else {
            guard let change = try someChange(at: department) else { return }
            return try say(ProposeChange(change: change), by: department)
        }
        for voter in departments where try !voter.isDown && isMember(voter) {
            guard !proposal.approvals.contains(voter.party) else { continue }
            try say(ApproveChange(proposal: proposal.id), by: voter)
        }
    }

    /// Whether a department cosigns the next block, as far as it knows.
    func isMember(_ department: SimulatedDepartment) throws -> Bool {
        guard let head = try department.ledger.head() else { return false }
        return try department.ledger.memberships().policy(at: head.height + 1).parties.contains(department.party)
    }

    private func someChange(at department: SimulatedDepartment) throws -> RegistryChange? {
        guard let head = try department.ledger.head() else { return nil }
        let members = try department.ledger.memberships().policy(at: head.height + 1).parties
        switch Int.random(in: 0..<3, using: &generator) {
        case 0:
            guard try !hasSecondKeys(department) else { return nil }
            return .rotate(try consortium.statement(department.name, second: true))
        case 1:
            let decided = try department.ledger.read { try LedgerState($0).decidedChanges() }
            guard let joiner = names.last, !consortium.departments.contains(joiner),
                !decided.contains(where: { $0.name.text == joiner })
            else { return nil }
            return .admit(try consortium.statement(joiner))
        default:
            guard members.count > 3, let leaver = members.randomElement(using: &generator) else { return nil }
            return .remove(leaver)
        }
    }

    private func hasSecondKeys(_ department: SimulatedDepartment) throws -> Bool {
        let known = try department.ledger.partyInNextBlock(department.party)?.signingKey
        return try consortium.key(department.name, second: true).verificationKey.rawRepresentation == known
    }

    /// Signed by the key that counts now, and passed on to some of the others.
    private func say(_ body: some TransactionBody, by department: SimulatedDepartment) throws {
        let envelope = try consortium.envelope(body, by: department.name, second: hasSecondKeys(department))
        for other in departments where !other.isDown {
            guard other.name == department.name || Int.random(in: 0..<4, using: &generator) > 0 else { continue }
            // Who is behind or ahead may know other keys.
            do { try offer(envelope, at: other) } catch is AdmissionError {}
        }
    }
}
