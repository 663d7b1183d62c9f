package import Contracts
package import SharingModel
package import TransparencyLog

/// Who opens a ledger, and what it may be told to do otherwise.
package struct LedgerSettings: Sendable {
    /// The party whose process this is; named in the records of the blocks that it commits.
    package var `operator`: PartyName
    /// Cosigns what this process commits, where it has cosigned the block before; `nil` for parties that do not cosign.
    ///
    /// Such a cosignature rests on the state as it lies in this storage and on ``lastSeen``. ``Ledger/cosign(replica:lastSeen:)``
    /// executes everything into a state of the party's own, and says where the two differ.
    package var cosigner: Cosigner?
    /// Now, in seconds. Blocks take the later of this and the previous block's time.
    package var clock: @Sendable () -> Timestamp
    /// The newest checkpoint that the party knows of this ledger, from its home; `nil` the first time.
    package var lastSeen: Checkpoint?
    package var rules: ContractRules
    /// Most transactions that may wait in this process; more are refused with ``LedgerError/overloaded(waiting:)``.
    package var queueLimit: Int
    /// Most transactions in a block that this process makes, at most ``BlockRecord/largestTransactionCount``.
    package var blockLimit: Int
    /// Blocks checked again when the ledger is opened, counted from the newest.
    package var recheckedBlocks: Int

    package init(
        operator party: PartyName, cosigner: Cosigner? = nil, clock: @escaping @Sendable () -> Timestamp,
        lastSeen: Checkpoint? = nil, rules: ContractRules = ContractRules(), queueLimit: Int = 4_096,
        blockLimit: Int = BlockRecord.largestTransactionCount, recheckedBlocks: Int = 2
    ) {
        self.operator = party
        self.cosigner = cosigner
        self.clock = clock
        self.lastSeen = lastSeen
        self.rules = rules
        self.queueLimit = queueLimit
        self.blockLimit = min(blockLimit, BlockRecord.largestTransactionCount)
        self.recheckedBlocks = recheckedBlocks
    }
}
