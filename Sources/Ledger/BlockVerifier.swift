import Contracts
import Foundation
import SharingModel
import SignedEnvelopes

/// Executes a block that somebody shows, and makes a ``VerifiedBlock`` of it only if everything that it claims is
/// what executing it gives. `fsck`, cosigners and catch-up all go through here.
package struct BlockVerifier: Sendable {
    let admission: Admission
    let engine: ContractEngine
    let membership: MembershipReader

    /// - Parameters:
    ///   - block: As shown.
    ///   - head: The verified block before it; `nil` if this is the first.
    ///   - replica: Verified state, ids and tree hashes as they are after `head`.
    /// - Throws: ``LedgerError/blockDiffers(height:_:)`` with the first part that differs.
    package func verify(
        _ block: UnverifiedBlock, on head: StoredBlock?, replica: any LedgerReader
    ) throws -> VerifiedBlock {
        let record = block.stored.record
        let height = head.map { $0.height + 1 } ?? 0
        func differs(_ part: LedgerError.BlockPart) -> LedgerError { .blockDiffers(height: height, part) }

        guard record.height == height else { throw differs(.height) }
        guard record.version == BlockRecord.version else { throw differs(.version) }
        guard record.time >= head?.record.time ?? record.time else { throw differs(.time) }
        let memberships = try membership.history(replica)
        let policy = memberships.policy(at: height)
        guard record.members == policy.members else { throw differs(.members) }
        switch record.mechanism {
        case .embedded(operator: record.proposer):
            // The first block brings the parties.
            guard try head == nil || LedgerState(replica).party(record.proposer) != nil else {
                throw differs(.mechanism)
            }
        default:
            guard let head, try isRight(record, of: policy, after: head, replica) else { throw differs(.mechanism) }
            let before = BlockTime(policy: memberships.policy(at: head.height))
            guard let time = try? before.time(after: head, previous: record.previous) else {
                throw differs(.previousCosignatures)
            }
            guard time == record.time else { throw differs(.time) }
        }
        guard (1...BlockRecord.largestTransactionCount).contains(record.transactions),
            record.transactions == block.entries.count
        else { throw differs(.transactionCount) }
        guard try hasValidPrevious(record, head, memberships) else { throw differs(.previousCosignatures) }

        let origin = BlockOrigin(
            proposer: record.proposer, mechanism: record.mechanism, previous: record.previous)
        var assembly = try BlockAssembly(
            on: head, at: record.time, by: origin, policy: policy, reader: replica, engine: engine)
        for entry in block.entries {
            guard entry.id == entry.envelope.id else { throw differs(.envelope) }
            guard try replica.entry(id: entry.id) == nil, assembly.place(of: entry.id) == nil else {
                throw differs(.replay)
            }
            _ = try assembly.execute(try admitted(entry, assembly, differs))
        }
        let made = try assembly.seal()
        guard made.record.writes == record.writes else { throw differs(.writes) }
        guard made.record.outcomes == record.outcomes else { throw differs(.outcomes) }
        guard made.recordBytes == block.stored.recordBytes else { throw differs(.record) }
        guard made.size == block.stored.size, made.root == block.stored.root else { throw differs(.root) }
        return made
    }

    /// Whether the record's mechanism is the ledger's own, and what it says of the writer is so.
    private func isRight(
        _ record: BlockRecord, of policy: CheckpointPolicy, after head: StoredBlock, _ replica: any LedgerReader
    ) throws -> Bool {
        let right = try AccountingRight(policy: policy, after: head, state: replica)
        do {
            return try right.mechanism(of: record.proposer, answer: record.mechanism.answer) == record.mechanism
        } catch {
            return false
        }
    }

    private func admitted(
        _ entry: StoredEntry, _ assembly: BlockAssembly, _ differs: (LedgerError.BlockPart) -> LedgerError
    ) throws -> AdmittedTransaction {
        do {
            let transaction = try admission.read(entry.envelope)
            let signers = try admission.signers(of: transaction, state: assembly.currentState)
            let admitted = try admission.verify(entry.envelope, transaction, signers: signers)
            try admission.judge(admitted, at: assembly.context.time, state: assembly.currentState)
            return admitted
        } catch is AdmissionError {
            throw differs(.admission)
        }
    }

    /// The record repeats cosignatures of the height before: each valid, one a party, sorted.
    private func hasValidPrevious(
        _ record: BlockRecord, _ head: StoredBlock?, _ memberships: MembershipHistory
    ) throws -> Bool {
        guard let head else { return record.previous.isEmpty }
        let policy = memberships.policy(at: head.height)
        let checkpoint = try policy.checkpoint(head)
        let sorted = zip(record.previous, record.previous.dropFirst()).allSatisfy { $0.party < $1.party }
        return sorted && record.previous.allSatisfy { policy.isValid($0, on: checkpoint) }
    }
}
