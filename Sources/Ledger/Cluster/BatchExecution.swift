import Contracts
import Foundation
import SharingModel
import SignedEnvelopes

/// Executes batches on top of the newest final block. The rule by which a batch is taken or skipped is here, and is
/// the same in every department: it depends on the batch and on the final ledger, and on nothing else.
struct BatchExecution: Sendable {
    let ledger: Ledger
    let pool: TransactionPool

    /// Checks and executes a batch that somebody shows.
    /// - Throws: ``BatchFault`` for one that all departments skip; whatever the storage throws.
    func execute(_ bytes: Data, by party: PartyName, on head: StoredBlock) throws -> VerifiedBlock {
        try ledger.storage.read { reader in
            let memberships = try ledger.membership.history(reader)
            let members = memberships.policy(at: head.height + 1)
            guard members.parties.contains(party), let key = try signingKey(of: party, after: head, reader) else {
                throw BatchFault.notADepartment
            }
            let batch = try Batch(bytes, by: party, signingKey: key)
            try expect(batch, on: head)
            let time = try BlockTime(policy: memberships.policy(at: head.height)).time(
                after: head, previous: batch.previous)
            let right = try AccountingRight(policy: members, after: head, state: reader)
            let origin = BlockOrigin(
                proposer: party, mechanism: try right.mechanism(of: party, answer: batch.header.answer),
                previous: batch.previous)
            var assembly = try BlockAssembly(
                on: head, at: time, by: origin, policy: members, reader: reader, engine: ledger.engine)
            for (place, envelope) in batch.envelopes.enumerated() {
                guard let admitted = try admit(envelope, state: assembly.currentState) else {
                    throw BatchFault.inadmissible(place: place)
                }
                guard try reader.entry(id: admitted.id) == nil, assembly.place(of: admitted.id) == nil else {
                    throw BatchFault.replay(place: place)
                }
                guard try isAdmissible(admitted, &assembly) else { throw BatchFault.inadmissible(place: place) }
                _ = try assembly.execute(admitted)
            }
            return try assembly.seal()
        }
    }

    /// Checks that the batch follows `head`, and holds something.
    private func expect(_ batch: Batch, on head: StoredBlock) throws(BatchFault) {
        guard batch.header.height == head.height + 1 else { throw .anotherHeight(batch.header.height) }
        guard batch.header.ledger == ledger.identity, batch.header.parent == head.root else { throw .anotherHistory }
        guard !batch.envelopes.isEmpty else { throw .empty }
    }

    /// Makes a batch of what waits, leaving out what may not be recorded, and executes it.
    /// - Parameter waking: What goes into the batch instead of what waits.
    /// - Returns: `nil` if nothing that waits may be recorded.
    func propose(
        by party: PartyName, keys: [SigningKey], on head: StoredBlock, instead waking: AdmittedTransaction?
    ) throws -> Proposal? {
        try ledger.storage.read { reader in
            let memberships = try ledger.membership.history(reader)
            let members = memberships.policy(at: head.height + 1)
            guard members.parties.contains(party) else { return nil }
            let previous = try reader.cosignatures(height: head.height)
            let time = try BlockTime(policy: memberships.policy(at: head.height)).time(
                after: head, previous: previous)
            let right = try AccountingRight(policy: members, after: head, state: reader)
            let answer = right.answer(of: party)
            let origin = BlockOrigin(
                proposer: party, mechanism: try right.mechanism(of: party, answer: answer), previous: previous)
            var assembly = try BlockAssembly(
                on: head, at: time, by: origin, policy: members, reader: reader, engine: ledger.engine)
            var envelopes: [Data] = []
            let waiting =
                waking.map { [$0] }
                ?? pool.next(byteLimit: Batch.softByteLimit, limit: BlockRecord.largestTransactionCount)
            for admitted in waiting {
                if let receipt = try reader.receipt(of: admitted.id) {
                    pool.settle(admitted.id, .success(receipt))
                    continue
                }
                do {
                    try ledger.admission.judge(admitted, at: time, state: assembly.currentState)
                } catch let error as AdmissionError {
                    pool.settle(admitted.id, .failure(error))
                    continue
                }
                _ = try assembly.execute(admitted)
                envelopes.append(admitted.envelope.bytes)
            }
            let signer = try signingKey(of: party, after: head, reader)
            guard !envelopes.isEmpty,
                let key = keys.first(where: { $0.verificationKey.rawRepresentation == signer })
            else { return nil }
            let bytes = try Batch.sign(
                by: party, height: head.height + 1, ledger: ledger.identity, parent: head.root, previous: previous,
                answer: answer, envelopes: envelopes, key: key)
            let block = try assembly.seal()
            return Proposal(bytes: bytes, block: block)
        }
    }

    func signingKey(of party: PartyName, after head: StoredBlock) throws -> Data? {
        try ledger.storage.read { try signingKey(of: party, after: head, $0) }
    }

    /// The signing key of a party in the block after `head`.
    private func signingKey(of party: PartyName, after head: StoredBlock, _ reader: any LedgerReader) throws -> Data? {
        try ledger.party(party, after: head, reader)?.signingKey
    }

    struct Proposal {
        let bytes: Data
        let block: VerifiedBlock
    }

    /// What the pool knows is checked already; anything else is read and its signatures verified.
    private func admit(_ bytes: Data, state: some StateReader) throws -> AdmittedTransaction? {
        if let known = pool.transaction(leaf: .sha256(bytes)) { return known }
        do {
            let envelope = try Envelope(canonicalBytes: bytes)
            let transaction = try ledger.admission.read(envelope)
            return try ledger.admission.verify(
                envelope, transaction, signers: ledger.admission.signers(of: transaction, state: state))
        } catch is EnvelopeError {
            return nil
        } catch is AdmissionError {
            return nil
        }
    }

    private func isAdmissible(_ admitted: AdmittedTransaction, _ assembly: inout BlockAssembly) throws -> Bool {
        do {
            try ledger.admission.judge(admitted, at: assembly.context.time, state: assembly.currentState)
            return true
        } catch is AdmissionError {
            return false
        }
    }
}
