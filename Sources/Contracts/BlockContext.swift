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
    /// Whether it wrote in place of those who hold the right for this height.
    package let isStandIn: Bool
    /// The departments that cosign this ledger; sorted.
    package let departments: [PartyName]
    /// Those of them whose cosignatures of the height before this block carries; sorted.
    package let cosigners: [PartyName]

    package init(
        ledger: LedgerIdentity, height: Int64, time: Timestamp, proposer: PartyName,
        mechanism: AccountingMechanism, isStandIn: Bool, departments: [PartyName], cosigners: [PartyName]
    ) {
        self.ledger = ledger
        self.height = height
        self.time = time
        self.proposer = proposer
        self.mechanism = mechanism
        self.isStandIn = isStandIn
        self.departments = departments
        self.cosigners = cosigners
    }
}
