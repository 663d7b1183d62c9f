import CanonicalJSON
import SharingModel

/// The rules of the consortium: from a state, a block and a transaction to an outcome.
///
/// Pure and deterministic: no clock, no randomness, no input but its arguments, no order of dictionaries. Equal
/// arguments give equal outcomes, byte for byte, on every node.
package struct ContractEngine: Sendable {
    private let rules: ContractRules

    package init(rules: ContractRules = ContractRules()) {
        self.rules = rules
    }

    /// Whose signatures the envelope of `transaction` must carry: exactly these, sorted by party name.
    /// - Throws: ``ContractsError`` if they cannot be known; whatever `state` throws.
    package func requiredSigners(
        of transaction: Transaction, state: some StateReader
    ) throws -> [RequiredSigner] {
        try transaction.body.requiredSigners(transaction.header, LedgerState(state))
    }

    /// What a block itself does to the state, before its first transaction and whatever its transactions are.
    ///
    /// Whoever executes the block computes this, and its digest stands in the block's record.
    /// - Parameter state: As it was after the block before.
    /// - Returns: Sorted by the bytes of the key, one write a key; empty where there is nothing to do.
    /// - Throws: Only what `state` throws, and ``ContractsError/corruptState(key:)``.
    /// - Complexity: Linear in the departments and in what falls due in the block, whatever the state holds.
    package func begin(_ block: BlockContext, state: some StateReader) throws -> [StateWrite] {
        var overlay = OverlaidState(over: state)
        overlay.apply(try enactments(at: block.height, state: overlay))
        overlay.apply(try Accounting(block).writes(LedgerState(overlay)))
        overlay.apply(try Expiries(block).writes(LedgerState(overlay)))
        return overlay.writes
    }

    /// What a block changes before its first transaction: the registry's change that takes effect at its height. Sorted by
    /// the bytes of the key.
    package func enactments(at height: Int64, state: some StateReader) throws -> [StateWrite] {
        let state = LedgerState(state)
        guard let change = try state.change(at: height) else { return [] }
        let party = StateWrite(
            key: StateKey.party(change.name).text, value: try change.party.map { try CanonicalJSON.encode($0) })
        guard change.escrow != nil, let policy = try state.consortium()?.with(change.escrow) else { return [party] }
        return [StateWrite(key: StateKey.consortium.text, value: try CanonicalJSON.encode(policy)), party]
    }

    /// Executes a transaction whose signatures were checked against ``requiredSigners(of:state:)``.
    ///
    /// The caller keeps ids unique; a transaction that comes twice is refused or changes nothing twice all the same.
    /// - Throws: Only what `state` throws, and ``ContractsError/corruptState(key:)``. A rule that says no is an outcome.
    package func execute(
        _ transaction: Transaction, state: some StateReader, block: BlockContext
    ) throws -> Outcome {
        var execution = Execution(transaction, state: state, block: block, rules: rules)
        do {
            try execution.checkHeader()
            try transaction.body.execute(in: &execution)
            return .accepted(execution.writes)
        } catch let refusal as Refusal {
            return .refused(refusal)
        }
    }
}

/// What the engine may be told to do otherwise.
package struct ContractRules: Hashable, Sendable {
    /// Lets pools be created with Paillier keys under 2048 bits. Tests only: such keys protect nothing.
    package var insecureKeysForTesting: Bool

    package init(insecureKeysForTesting: Bool = false) {
        self.insecureKeysForTesting = insecureKeysForTesting
    }
}
