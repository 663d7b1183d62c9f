import Foundation
import SharingModel
import SignedEnvelopes

extension ProposeChange {
    package func checkForm() throws(ContractsError) {
        try change.checkForm()
        if let effective { try Form.check(effective, in: 1...Form.largestNumber, "effective") }
    }

    package func execute(in execution: inout Execution) throws {
        let resolved = try execution.resolve(change)
        let by = try execution.actor(in: Set(Role.allCases))
        if change.rotate == nil { _ = try execution.department(by.name) }
        try execution.checkSoundness(of: resolved)
        let isVoter = by.role == .department && by.section == execution.block.ledger.section
        let proposal = ChangeProposal(
            approvals: isVoter ? [by.name] : [], by: by.name, decided: nil, effective: effective,
            id: execution.transaction.id, change: change, name: resolved.name,
            until: execution.now.adding(seconds: ChangeProposal.openSeconds))
        try execution.settle(proposal, resolved)
    }
}

extension ApproveChange {
    package func checkForm() throws(ContractsError) {}

    package func execute(in execution: inout Execution) throws {
        let by = try execution.department(execution.by)
        guard let known = try execution.state.proposal(change: proposal) else {
            throw Refusal(.changeUnknown, ["proposal": proposal.hex])
        }
        if let height = known.decided {
            throw Refusal(.changeDecided, ["proposal": proposal.hex, "effective": String(height)])
        }
        guard execution.now <= known.until else {
            throw Refusal(.changeExpired, ["proposal": proposal.hex, "until": known.until.description])
        }
        guard !known.approvals.contains(by.name) else {
            throw Refusal(.alreadyDecided, ["party": by.name.text, "proposal": proposal.hex])
        }
        // What was sound when it was proposed may have become impossible meanwhile.
        let resolved = try execution.resolve(known.change)
        try execution.checkSoundness(of: resolved)
        try execution.settle(known.approved(by: by.name), resolved)
    }
}

/// A change with what it makes of the party.
private struct ResolvedChange {
    let name: PartyName
    let before: Party?
    /// `nil` for a party that is removed.
    let after: Party?
    /// Of a change of a rule of escrow.
    var escrow: EscrowRule?

    var retired: [RetiredKey] {
        let kept = Set(after?.keys.map(\.key) ?? [])
        return (before?.keys ?? []).filter { !kept.contains($0.key) }.map { RetiredKey(key: $0.key, use: $0.use) }
    }
}

extension Execution {
    /// Blocks between a decision and the height from which it holds, at least: the members of the next block are those
    /// that everybody already counts with.
    private static let leastDelay: Int64 = 2
    /// And at most, so that one decision does not hold up all others for long.
    private static let mostDelay: Int64 = 1_000

    fileprivate func resolve(_ change: RegistryChange) throws -> ResolvedChange {
        if let statement = change.admit {
            let party = try PartyStatement.verify(statement, for: block.ledger)
            guard try state.party(party.name) == nil else { throw Refusal(.alreadyExists, ["party": party.name.text]) }
            return ResolvedChange(name: party.name, before: nil, after: party)
        }
        if let statement = change.rotate {
            let after = try PartyStatement.verify(statement, for: block.ledger)
            let before = try party(after.name)
            guard try proposer(of: change) == after.name else {
                throw Refusal(.roleNotAllowed, ["party": by.text, "role": try party(by).role.rawValue])
            }
            let kept = before.replacingKeys(by: after)
            guard kept == after else {
                throw Refusal(.statementInvalid, ["party": after.name.text, "reason": "place"])
            }
            guard after != before else {
                throw Refusal(.statementInvalid, ["party": after.name.text, "reason": "same"])
            }
            return ResolvedChange(name: after.name, before: before, after: after)
        }
        if let placement = change.place {
            let before = try party(placement.party)
            return ResolvedChange(name: before.name, before: before, after: before.placed(as: placement))
        }
        if let rule = change.escrow {
            let owner = try party(rule.owner)
            return ResolvedChange(name: owner.name, before: owner, after: owner, escrow: rule)
        }
        let before = try party(change.remove ?? by)
        return ResolvedChange(name: before.name, before: before, after: nil)
    }

    /// Who proposed `change`: this transaction's sender, or that of the proposal which it approves.
    private func proposer(of change: RegistryChange) throws -> PartyName? {
        guard let approval = transaction.body as? ApproveChange else { return by }
        return try state.proposal(change: approval.proposal)?.by
    }

    /// Holds the parties as they would be to all that is asked of those of a founding record, and their new keys to
    /// never having been in use.
    fileprivate func checkSoundness(of change: ResolvedChange) throws {
        for (use, key) in change.after?.keys ?? [] where change.before?.keys.contains(where: { $0.key == key }) != true
        {
            guard try !state.isRetired(key) else {
                throw Refusal(.keyRetired, ["party": change.name.text, "key": use])
            }
        }
        guard let consortium = try state.consortium() else { throw Refusal(.unknownParty, ["party": by.text]) }
        let record = FoundingRecord(
            name: consortium.name, founded: consortium.founded, sections: consortium.sections,
            parties: try parties(after: change), policy: consortium.policy.replacing(change.escrow))
        do throws(ContractsError) {
            try record.checkForm()
        } catch {
            guard case .foundingRecordInvalid(let problem) = error else { throw error }
            throw Refusal(.changeInvalid, ["party": change.name.text, "reason": problem.reasonOfChange])
        }
    }

    private func parties(after change: ResolvedChange) throws -> [Party] {
        (try state.parties().filter { $0.name != change.name } + (change.after.map { [$0] } ?? []))
            .sorted { $0.name < $1.name }
    }

    /// Records the proposal and, if a quorum of the departments of now agrees, the decision.
    fileprivate mutating func settle(_ proposal: ChangeProposal, _ change: ResolvedChange) throws {
        guard let consortium = try state.consortium() else { throw Refusal(.unknownParty, ["party": by.text]) }
        let section = block.ledger.section
        let members = Members(of: section, parties: try state.parties(), quorum: consortium.policy.quorum)
        guard proposal.approvals.count(where: { members.member($0) != nil }) >= members.needed else {
            return try write(proposal, to: .proposal(proposal.id))
        }
        if let pending = try state.decidedChanges().last, pending.effective > block.height {
            throw Refusal(.changePending, ["effective": String(pending.effective)])
        }
        let effective = max(proposal.effective ?? 0, block.height + Execution.leastDelay)
        guard effective <= block.height + Execution.mostDelay else {
            throw Refusal(
                .heightTooFar,
                ["asked": String(effective), "latest": String(block.height + Execution.mostDelay)])
        }
        let after = Members(of: section, parties: try parties(after: change), quorum: consortium.policy.quorum)
        try write(
            DecidedChange(
                decided: block.height, effective: effective, escrow: change.escrow,
                members: after == members ? nil : after, name: change.name, party: change.after,
                proposal: proposal.id, retired: change.retired, transaction: transaction.id),
            to: .change(at: effective))
        try write(proposal.decided(effective: effective), to: .proposal(proposal.id))
    }
}

extension Party {
    fileprivate func replacingKeys(by other: Party) -> Party {
        Party(
            name: name, role: role, section: section, area: area, superior: superior, signingKey: other.signingKey,
            cosigningKey: other.cosigningKey, sealingKey: other.sealingKey)
    }

    fileprivate func placed(as placement: RegistryChange.Placement) -> Party {
        Party(
            name: name, role: role, section: section, area: placement.area, superior: placement.superior,
            signingKey: signingKey, cosigningKey: cosigningKey, sealingKey: sealingKey)
    }
}

extension FoundingProblem {
    /// This module's own words: they are recorded, and every node and every later version has to give the same.
    fileprivate var reasonOfChange: String {
        switch self {
        case .noDepartments: "departments"
        case .unknownSuperior: "superior"
        case .unknownSection, .departmentWithoutSection: "section"
        case .keyShared: "key-shared"
        case .escrow: "escrow"
        case .keyInvalid, .cosigningKeyMissing, .cosigningKeyNotAllowed: "key"
        default: "record"
        }
    }
}
