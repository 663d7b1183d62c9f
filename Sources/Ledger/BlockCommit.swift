import Contracts
import Foundation
import SharingModel

/// Makes one block of what waits, in one storage transaction.
///
/// Steps inside the lock: read the head again, judge each transaction by the block's time, execute, write the block,
/// cosign, write the cosignature. A crash at any of them leaves the ledger as it was, since all of it is one
/// transaction of the storage; a crash after it leaves a whole, cosigned block whose submitters were not told. They
/// submit again and get their receipts.
struct BlockCommit: Sendable {
    let storage: any LedgerStorage
    let admission: Admission
    let engine: ContractEngine
    let membership: MembershipReader
    let settings: LedgerSettings
    let seen: LastSeen

    /// One result for each of `batch`, in order. With nothing to record no block is made.
    @Sendable func run(_ batch: [AdmittedTransaction]) throws -> [Result<Receipt, any Error>] {
        let (results, made) = try storage.commit { writer in
            if let seen = seen.checkpoint { try admission.ledger.checkContinuity(from: seen, to: writer) }
            let head = try writer.head()
            let time = max(settings.clock(), head?.record.time ?? settings.clock())
            let memberships = try membership.history(writer)
            let policy = memberships.policy(at: head.map { $0.height + 1 } ?? 0)
            let origin = BlockOrigin(
                proposer: settings.operator, mechanism: .embedded(operator: settings.operator),
                previous: try previous(head, memberships, writer))
            var block = try BlockAssembly(
                on: head, at: time, by: origin, policy: policy, reader: writer, engine: engine)
            var verdicts: [Verdict] = []
            for transaction in batch {
                verdicts.append(try judge(transaction, into: &block, writer))
            }
            guard block.count > 0 else { return (verdicts.map { $0.result(in: nil) }, StoredBlock?.none) }
            let sealed = try block.seal()
            try writer.append(sealed)
            if let cosignature = try cosign(sealed, on: head, memberships, writer) {
                try writer.append(cosignature, height: sealed.record.height)
            }
            return (verdicts.map { $0.result(in: sealed) }, sealed.stored)
        }
        // After the commit: one that never happened must not be remembered, or the ledger would look shortened.
        if let made {
            seen.keep(try membership.founding.checkpoint(made))
            membership.noteHead(made.height)
        }
        return results
    }

    private func judge(
        _ transaction: AdmittedTransaction, into block: inout BlockAssembly, _ writer: any LedgerWriter
    ) throws -> Verdict {
        // In an earlier block, or earlier in this one: the same answer as the first time.
        if let receipt = try writer.receipt(of: transaction.id) { return .known(receipt) }
        if let place = block.place(of: transaction.id) { return .entered(place) }
        do {
            try admission.judge(transaction, at: block.context.time, state: block.currentState)
        } catch let error as AdmissionError {
            return .turnedAway(error)
        }
        return .entered(try block.execute(transaction))
    }

    /// A cosignature says that its party executed everything up to here. So this process gives one only if the block
    /// before has its own; otherwise ``Ledger/cosign(replica:lastSeen:)`` catches up first.
    private func cosign(
        _ block: VerifiedBlock, on head: StoredBlock?, _ memberships: MembershipHistory, _ writer: any LedgerWriter
    ) throws -> PartyCosignature? {
        guard let cosigner = settings.cosigner else { return nil }
        if let head {
            let before = memberships.policy(at: head.height)
            let own = try writer.cosignatures(height: head.height).first { $0.party == cosigner.party }
            guard let own, before.isValid(own, on: try before.checkpoint(head)) else { return nil }
        }
        let policy = memberships.policy(at: block.record.height)
        return try cosigner.cosign(
            try policy.checkpoint(block.stored), at: settings.clock(), under: policy)
    }

    /// The cosignatures of the block before. The first block under new members is only made on one that the old ones
    /// have made final since they decided: whoever comes later has to be able to follow from the ones to the others.
    private func previous(
        _ head: StoredBlock?, _ memberships: MembershipHistory, _ writer: any LedgerWriter
    ) throws -> [PartyCosignature] {
        guard let head else { return [] }
        if let change = try LedgerState(writer).decidedChanges().last, change.effective == Int64(head.height) + 1 {
            let old = memberships.policy(at: head.height)
            let heights = Int(change.decided)...head.height
            let isFinal = try heights.contains { height in
                try writer.block(at: height).map { block in
                    try old.valid(writer.cosignatures(height: height), on: block).count >= old.needed
                } ?? false
            }
            guard isFinal else { throw LedgerError.changeNotFinal(effective: head.height + 1) }
        }
        return try writer.cosignatures(height: head.height)
    }
}

/// What became of one transaction of a batch.
private enum Verdict {
    case known(Receipt)
    case turnedAway(AdmissionError)
    /// Its place among the block's entries.
    case entered(Int)

    func result(in block: VerifiedBlock?) -> Result<Receipt, any Error> {
        switch (self, block) {
        case (.known(let receipt), _): .success(receipt)
        case (.turnedAway(let error), _): .failure(error)
        case (.entered(let place), .some(let block)): .success(block.receipt(ofEntry: place))
        case (.entered, .none): preconditionFailure("an entered transaction makes its block non-empty")
        }
    }
}

extension VerifiedBlock {
    /// What the submitter of the entry at `place` is told.
    func receipt(ofEntry place: Int) -> Receipt {
        let entry = entries[place]
        return Receipt(
            transaction: entry.transaction.id, section: ledger.section, height: record.height,
            index: firstIndex + place, time: record.time, refusal: entry.outcome.reason)
    }
}
