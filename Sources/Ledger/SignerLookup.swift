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
    /// - Returns: One answer for each, in order.
    /// - Throws: What the storage throws.
    @Sendable func read(_ transactions: [Transaction]) throws -> [Result<Answer, AdmissionError>] {
        try storage.read { reader in
            var state = OverlaidState(over: BlockState(reader))
            let height = try reader.head().map { Int64($0.height) + 1 } ?? 0
            state.apply(try engine.enactments(at: height, state: reader))
            return try transactions.map { transaction in
                if let receipt = try reader.receipt(of: transaction.id) { return .success(.recorded(receipt)) }
                do {
                    return .success(.signers(try admission.signers(of: transaction, state: state)))
                } catch let error as AdmissionError {
                    return .failure(error)
                }
            }
        }
    }
}
