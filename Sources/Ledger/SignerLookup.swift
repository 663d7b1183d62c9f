import Contracts

/// What the ledger says of transactions before their signatures are checked: that it has them already, or whose
/// signatures they need.
struct SignerLookup: Sendable {
    enum Answer: Sendable {
        case recorded(Receipt)
        case signers([RequiredSigner])
    }

    let storage: any LedgerStorage
    let admission: Admission
    let engine: ContractEngine

    /// All in one state, as the next block will have it.
    /// - Returns: One answer for each, in order; its failure is ``AdmissionError``, or what is wrong with what the storage has
    ///   for this transaction alone: a damaged row is no matter of the others.
    /// - Throws: What the storage throws for all.
    @Sendable func read(_ transactions: [Transaction]) throws -> [Result<Answer, any Error>] {
        try storage.read { reader in
            var state = OverlaidState(over: BlockState(reader))
            let height = try reader.head().map { Int64($0.height) + 1 } ?? 0
            state.apply(try engine.enactments(at: height, state: reader))
            return try transactions.map { transaction in
                do {
                    if let receipt = try reader.receipt(of: transaction.id) { return .success(.recorded(receipt)) }
                    return .success(.signers(try admission.signers(of: transaction, state: state)))
                } catch let error where error is AdmissionError || error is LedgerError || error is ContractsError {
                    return .failure(error)
                }
            }
        }
    }
}
