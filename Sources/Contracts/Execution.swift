import CanonicalJSON
import Foundation
import SharingModel

/// One transaction on its way: what it reads, and what it has written so far.
package struct Execution {
    let transaction: Transaction
    let block: BlockContext
    let rules: ContractRules
    private var overlay: OverlaidState

    init(_ transaction: Transaction, state: any StateReader, block: BlockContext, rules: ContractRules) {
        self.transaction = transaction
        self.block = block
        self.rules = rules
        overlay = OverlaidState(over: state)
    }

    var by: PartyName { transaction.header.by }
    var now: Timestamp { block.time }

    /// The state as it is now, this transaction's own writes included.
    var state: LedgerState { LedgerState(overlay) }

    /// Sorted by the bytes of the key.
    var writes: [StateWrite] { overlay.writes }

    mutating func write(_ value: some Encodable, to key: StateKey) throws {
        overlay.apply([StateWrite(key: key.text, value: try CanonicalJSON.encode(value))])
    }

    mutating func delete(_ key: StateKey) {
        overlay.apply([StateWrite(key: key.text, value: nil)])
    }
}
