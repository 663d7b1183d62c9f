import Contracts
package import SignedEnvelopes

extension Ledger {
    /// What the door made of an envelope.
    package enum Admitted: Sendable {
        /// It is in the ledger already.
        case known(Receipt)
        case admitted(AdmittedTransaction)
    }

    /// Checks form and signatures of an envelope, as they are to be in the state now, together with those that other
    /// tasks give at the same time.
    /// - Throws: ``AdmissionError``; what the storage throws.
    func admitAmongOthers(_ envelope: Envelope) async throws -> Admitted {
        let transaction = try admission.read(envelope)
        let answer = try await lookups.answer(to: transaction)
        return try finish(envelope, transaction, answer)
    }

    /// Checks form and signatures of an envelope, as they are to be in the state now.
    /// - Throws: ``AdmissionError``; what the storage throws.
    package func admit(_ envelope: Envelope) throws -> Admitted { try admit([envelope])[0].get() }

    /// Checks form and signatures of envelopes, all in one state.
    /// - Returns: One result for each.
    /// - Throws: What the storage throws.
    package func admit(_ envelopes: [Envelope]) throws -> [Result<Admitted, AdmissionError>] {
        let transactions = envelopes.map { envelope in
            Result { () throws(AdmissionError) in try admission.read(envelope) }
        }
        var answers = try lookup.read(transactions.compactMap { try? $0.get() }).makeIterator()
        return try zip(envelopes, transactions).map { envelope, transaction in
            do {
                let transaction = try transaction.get()
                guard let answer = answers.next() else { preconditionFailure("one answer for each that was read") }
                return .success(try finish(envelope, transaction, answer))
            } catch let error as AdmissionError {
                return .failure(error)
            }
        }
    }

    /// The costly part, outside of the storage's read.
    private func finish(
        _ envelope: Envelope, _ transaction: Transaction, _ answer: Result<SignerLookup.Answer, any Error>
    ) throws -> Admitted {
        switch try answer.get() {
        case .recorded(let receipt): .known(receipt)
        case .signers(let signers): .admitted(try admission.verify(envelope, transaction, signers: signers))
        }
    }
}
