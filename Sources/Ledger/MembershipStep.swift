import CanonicalJSON
package import Contracts
package import Foundation
package import SharingModel
import TransparencyLog

/// One change of a ledger's registry, proven: the transaction that decided it, against a checkpoint that a quorum of the
/// members before it has cosigned, with all that it wrote.
///
/// A verifier that pins the founding record goes from step to step to the members of any later height, and needs
/// nothing else: each step is vouched for by those whom the steps before it have proven.
package struct MembershipStep: Hashable, Codable, Sendable {
    /// From the tree of this step's checkpoint to that of the next step's, or of the checkpoint that all this is for:
    /// 32 bytes each. Empty where they are of one size.
    package let consistency: [Data]
    package let proof: TransactionProof
    /// What the transaction wrote, as its outcome's digest has it: the decided change is in it.
    package let writes: [StateWrite]

    package init(consistency: [Data], proof: TransactionProof, writes: [StateWrite]) {
        self.consistency = consistency
        self.proof = proof
        self.writes = writes
    }

    /// The change that this transaction decided.
    /// - Throws: ``LedgerError/proof(_:)`` unless the writes are those of the outcome and have one in them.
    fileprivate func change(decidedBy proven: ProvenTransaction) throws(LedgerError) -> DecidedChange {
        guard proven.isAccepted, (try? writes.digest()) == proven.outcome.writes else {
            throw .proof(.changeNotProven(height: proven.height))
        }
        guard let write = writes.first(where: { $0.key.hasPrefix(DecidedChange.prefix) }), let value = write.value,
            let change = try? CanonicalJSON.decode(DecidedChange.self, from: value), change.stateKey == write.key,
            change.transaction == proven.id, change.decided == Int64(proven.height)
        else { throw .proof(.changeNotProven(height: proven.height)) }
        return change
    }
}

/// Who cosigns which heights of a ledger, and under which keys its parties sign, as far as steps have proven it.
package struct ProvenMembership: Sendable {
    package private(set) var history: MembershipHistory
    /// In the order in which they take effect.
    package private(set) var changes: [DecidedChange] = []
    private let founding: FoundingRecord

    /// Goes from the members of `founding` through `steps`, the first of which was first in effect.
    /// - Parameter checkpoint: Of the tree that the last step's leads to.
    /// - Throws: ``LedgerError/proof(_:)`` with the first thing that does not hold.
    package init(
        founding: FoundingRecord, section: SectionName, steps: [MembershipStep], to checkpoint: String
    ) throws {
        self.founding = founding
        history = MembershipHistory(founding: try CheckpointPolicy(founding: founding, section: section))
        var before: (head: TreeHead, hashes: [Data])?
        for step in steps {
            let proven = try step.proof.verify(against: history.newest)
            let change = try step.change(decidedBy: proven)
            // Each is decided when the one before is in force, and leaves two blocks' time.
            guard change.decided >= changes.last?.effective ?? 0, change.effective >= change.decided + 2 else {
                throw LedgerError.proof(.changeNotProven(height: proven.height))
            }
            try ProvenMembership.check(before, leadsTo: proven.checkpoint.head)
            before = (proven.checkpoint.head, step.consistency)
            changes.append(change)
            try history.append(change)
        }
        if before != nil {
            try ProvenMembership.check(before, leadsTo: history.newest.verify(checkpoint).checkpoint.head)
        }
    }

    /// The members of the founding record, with no change.
    package init(founding: FoundingRecord, section: SectionName) throws {
        try self.init(founding: founding, section: section, steps: [], to: "")
    }

    private static func check(_ first: (head: TreeHead, hashes: [Data])?, leadsTo second: TreeHead) throws {
        guard let first else { return }
        let hashes = first.hashes.compactMap { Digest(bytes: $0) }
        guard hashes.count == first.hashes.count,
            (try? ConsistencyProof(firstSize: first.head.size, secondSize: second.size, hashes: hashes)
                .verify(from: first.head, to: second)) != nil
        else { throw LedgerError.proof(.stepsDiffer) }
    }

    /// The record of a party in the block at `height`; `nil` if it is none there.
    package func party(_ name: PartyName, at height: Int) -> Party? {
        let last = changes.last { $0.name == name && $0.effective <= Int64(height) }
        return last.map(\.party) ?? founding.party(name)
    }

    /// The rule of escrow for an owner in the block at `height`; `nil` if the policy has none there.
    package func escrowRule(for owner: PartyName, at height: Int) -> EscrowRule? {
        let last = changes.last { $0.escrow?.owner == owner && $0.effective <= Int64(height) }
        return last?.escrow ?? founding.policy.escrow?.rule(for: owner)
    }
}

extension Ledger {
    /// The steps from the founding record to the members of `block`.
    /// - Throws: ``LedgerError/changeNotFinal(effective:)`` where the old members did not make a decision final.
    package func membershipSteps(to block: StoredBlock) throws -> [MembershipStep] {
        try membershipSteps(to: block, unless: nil) ?? []
    }

    /// - Returns: `nil` if there are just `known` of them.
    func membershipSteps(to block: StoredBlock, unless known: Int?) throws -> [MembershipStep]? {
        try storage.read { reader in
            let changes = try LedgerState(reader).decidedChanges().filter { $0.effective <= Int64(block.height) }
            if changes.count == known { return nil }
            let places = try changes.map { try lastFinal(of: $0, reader) }
            let ends = places.dropFirst().map(\.block.size) + [block.size]
            return try zip(zip(changes, places), ends).map { pair, end in
                let (change, place) = pair
                let hashes = try reader.consistencyProof(from: place.block.size, to: end).hashes
                return MembershipStep(
                    consistency: hashes.map { Data($0.bytes) },
                    proof: try reader.proof(of: change.transaction, size: place.block.size, checkpoint: place.note),
                    writes: try writes(of: change, reader))
            }
        }
    }

    /// The last block before a change takes effect, from its decision on, that has a quorum.
    private func lastFinal(of change: DecidedChange, _ reader: any LedgerReader) throws -> CosignedBlock {
        for height in stride(from: Int(change.effective) - 1, through: Int(change.decided), by: -1) {
            if let block = try cosignedBlock(.height(height), reader), block.isFinal { return block }
        }
        throw LedgerError.changeNotFinal(effective: Int(change.effective))
    }

    /// What the deciding transaction wrote; neither record has been written since.
    private func writes(of change: DecidedChange, _ reader: any LedgerReader) throws -> [StateWrite] {
        let state = LedgerState(reader)
        guard let proposal = try state.proposal(change: change.proposal) else {
            throw LedgerError.malformedRow(table: "state", key: change.stateKey)
        }
        return try [change.stateKey, proposal.stateKey].map { StateWrite(key: $0, value: try reader.value(for: $0)) }
    }
}
