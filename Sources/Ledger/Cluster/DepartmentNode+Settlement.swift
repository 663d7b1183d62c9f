package import Contracts
package import Foundation
package import SharingModel
import SignedEnvelopes

extension DepartmentNode {
    /// What this department may say of the height after its newest final block: that it settles on `batch`.
    /// - Returns: The statement, to be signed by its signing key; it names the cosignature that is given up.
    /// - Throws: ``BatchFault`` if the batch is not valid there: it is executed first. ``Contracts/Refusal`` with
    ///   `settlement-invalid` if a quorum has committed another: that one becomes final by itself.
    package func settlement(on batch: Data, of department: PartyName) throws -> Settlement {
        let block = try execution.execute(batch, by: department, on: head)
        if let committed = open.agreement.committed, committed != block.root {
            throw Refusal(.settlementInvalid, ["height": String(head.height + 1), "reason": "committed"])
        }
        let given = givenUp(for: block)
        return Settlement(
            batch: .sha256(batch), by: party, givesUp: given, height: Int64(head.height) + 1, ledger: ledger.identity)
    }

    /// The batch that this department has cosigned or found for the height after its newest final block.
    package func openBatch() throws -> (department: PartyName, batch: Data)? {
        if let candidate { return (candidate.event.department, candidate.batch) }
        guard let vote = try journal.load()?.vote, vote.message.height == head.height + 1 else { return nil }
        return (vote.department, vote.batch)
    }

    /// Gives up this department's cosignature of the height after the newest final block for the settled batch's block.
    ///
    /// The journal then has the new one, with the statements; a crash before that leaves the old one, and settling
    /// again is safe. A height that is final, or is not the next, is left alone.
    /// - Throws: ``Contracts/Refusal`` with `settlement-invalid` unless every department has said so, this one among
    ///   them with the cosignature that it has given.
    package func settle(_ settled: SettledHeight) throws {
        guard settled.height == head.height + 1 else { return }
        let members = try ledger.read { try LedgerState($0).parties() }.filter {
            memberships.policy(at: settled.height).parties.contains($0.name)
        }
        let statements = try Settlement.verify(
            settled.statements, height: Int64(settled.height), ledger: ledger.identity, members: members)
        let block = try execution.execute(settled.batch, by: settled.department, on: head)
        let own = givenUp(for: block)
        guard statements.allSatisfy({ $0.batch == .sha256(settled.batch) }),
            statements.first(where: { $0.by == party }).map({ own == nil || $0.givesUp == own }) ?? true,
            !isOutvoted(statements, by: block)
        else { throw Refusal(.settlementInvalid, ["height": String(settled.height), "reason": "differs"]) }
        report(.settled(height: settled.height))
        // Durable before anything is given up; what the journal has of the old cosignature is replaced by the new one.
        try journal.keep(settled)
        settlements[settled.height] = settled
        if own != nil { given = nil }
        votes.keep { !isGivenUp($0) }
        let event = BatchEvent(
            position: decided + 1, department: settled.department, height: settled.height,
            change: .written(settled.batch))
        candidate = Candidate(
            block: block, event: event, batch: settled.batch, isBehindGap: false, isPlaced: false)
        try vote()
        try finish()
    }

    /// Settles what was kept for the height after the newest final block, after a start.
    package func settleKept() throws {
        if let kept = settlements[head.height + 1], candidate?.batch != kept.batch { try settle(kept) }
    }

    /// The cosignature that this department has given to another block of that height.
    private func givenUp(for block: VerifiedBlock) -> Settlement.Tree? {
        guard let given, given.height == block.record.height, given.root != block.root else { return nil }
        return Settlement.Tree(root: given.root, size: Int64(given.size))
    }

    /// Whether the cosignatures that are given up make a quorum for another block: that one may be final somewhere.
    private func isOutvoted(_ statements: [Settlement], by block: VerifiedBlock) -> Bool {
        let others = Dictionary(grouping: statements.compactMap(\.givesUp).filter { $0.root != block.root }, by: \.root)
        return others.values.contains { $0.count >= memberships.policy(at: block.record.height).needed }
    }

    /// Whether a department gave up its cosignature of this tree when its height was settled.
    func isGivenUp(_ message: CosignatureMessage) -> Bool {
        // The height in a message is not signed, so that all settled heights are looked through.
        settlements.values.lazy.flatMap(\.statements).contains { envelope in
            guard let one = try? Settlement(reading: envelope), let tree = one.givesUp else { return false }
            return one.by == message.cosignature.party && tree.root == message.root && tree.size == message.size
        }
    }
}
