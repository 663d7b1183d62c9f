package import SharingModel

/// What a transaction knows of the block that it stands in.
package struct BlockContext: Hashable, Sendable {
    package let ledger: LedgerIdentity
    /// Height of the block; the first is 0.
    package let height: Int64
    /// Block time, by which all validity is judged.
    package let time: Timestamp

    package init(ledger: LedgerIdentity, height: Int64, time: Timestamp) {
        self.ledger = ledger
        self.height = height
        self.time = time
    }
}
