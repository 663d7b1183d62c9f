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
    /// - Parameters:
    ///   - waking: What goes into the batch instead of what waits.
    ///   - offer: Given a batch that is large, before it is executed: most likely it is the one that is returned, and
    ///     the others can take it meanwhile. It is not where executing it turns a transaction away.
    /// - Returns: `nil` if nothing that waits may be recorded.
    func propose(
        by party: PartyName, keys: [SigningKey], on head: StoredBlock, instead waking: AdmittedTransaction?,
        offer: (_ batch: Data) -> Void
    ) throws -> Proposal? {
        try ledger.storage.read { reader in
            let memberships = try ledger.membership.history(reader)
            let members = memberships.policy(at: head.height + 1)
            guard members.parties.contains(party) else { return nil }
            let signer = try signingKey(of: party, after: head, reader)
            guard let key = keys.first(where: { $0.verificationKey.rawRepresentation == signer }) else { return nil }
            let previous = try reader.cosignatures(height: head.height)
            let time = try BlockTime(policy: memberships.policy(at: head.height)).time(
                after: head, previous: previous)
            let right = try AccountingRight(policy: members, after: head, state: reader)
            let answer = right.answer(of: party)
            let origin = BlockOrigin(
                proposer: party, mechanism: try right.mechanism(of: party, answer: answer), previous: previous)
            func sign(_ transactions: [AdmittedTransaction]) throws -> Data {
                try Batch.sign(
                    by: party, height: head.height + 1, ledger: ledger.identity, parent: head.root,
                    previous: previous, answer: answer, envelopes: transactions.map(\.envelope.bytes), key: key)
            }
            let waiting = try waking.map { [$0] } ?? unrecorded(at: time, reader)
            guard !waiting.isEmpty else { return nil }
            let offered = Batch.isLarge(waiting) ? try sign(waiting) : nil
            if let offered { offer(offered) }
            var assembly = try BlockAssembly(
                on: head, at: time, by: origin, policy: members, reader: reader, engine: ledger.engine)
            let taken = try waiting.filter { try enter($0, into: &assembly) }
            guard !taken.isEmpty else { return nil }
            let bytes =
                if let offered, taken.count == waiting.count { offered } else { try sign(taken) }
            return Proposal(bytes: bytes, block: try assembly.seal())
        }
    }

    /// What waits and may be recorded at `time`, as far as this is known without executing anything; the others'
    /// submitters are told.
    private func unrecorded(at time: Timestamp, _ reader: any LedgerReader) throws -> [AdmittedTransaction] {
        try pool.next(byteLimit: Batch.softByteLimit, limit: BlockRecord.largestTransactionCount).filter { admitted in
            if let receipt = try reader.receipt(of: admitted.id) {
                pool.settle(admitted.id, .success(receipt))
                return false
            }
            do throws(AdmissionError) {
                try ledger.admission.judgeTime(of: admitted, at: time)
            } catch {
                pool.settle(admitted.id, .failure(error))
                return false
            }
            return true
        }
    }

    /// Executes the next transaction of a batch.
    /// - Returns: Whether it may be recorded; else its submitter is told.
    private func enter(_ admitted: AdmittedTransaction, into assembly: inout BlockAssembly) throws -> Bool {
        do {
            try ledger.admission.judge(admitted, at: assembly.context.time, state: assembly.currentState)
        } catch let error as AdmissionError {
            pool.settle(admitted.id, .failure(error))
            return false
        }
        _ = try assembly.execute(admitted)
        return true
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
