package import SharingModel

/// What the rules know of the block that is executed.
package struct BlockContext: Hashable, Sendable {
    package let ledger: LedgerIdentity
    /// Height of the block; the first is 0.
    package let height: Int64
    /// Block time, by which all validity is judged.
    package let time: Timestamp
    /// The party whose process put the block together, or whose batch it was.
    package let proposer: PartyName
    /// What gave it the right to.
    package let mechanism: AccountingMechanism
    /// The departments that cosign this ledger; sorted.
    package let departments: [PartyName]
    /// Those of them whose cosignatures of the height before this block carries; sorted.
    package let cosigners: [PartyName]

    package init(
        ledger: LedgerIdentity, height: Int64, time: Timestamp, proposer: PartyName,
        mechanism: AccountingMechanism, departments: [PartyName], cosigners: [PartyName]
    ) {
        self.ledger = ledger
        self.height = height
        self.time = time
        self.proposer = proposer
        self.mechanism = mechanism
        self.departments = departments
        self.cosigners = cosigners
    }
}

/// What gives a party the accounting right: the right to write the next block.
package enum AccountingMechanism: String, Codable, Hashable, Sendable, CaseIterable {
    /// One file: whoever holds its write lock.
    case embedded
    /// The departments in turn by height, and after a wait any of them.
    case turns
}
