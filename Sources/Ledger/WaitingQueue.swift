/// What waits for a block in this process, at one moment.
package struct WaitingQueue: Hashable, Sendable {
    /// Transactions that are in no block yet.
    package let count: Int
    /// How long the oldest of them has waited; zero if none does.
    package let oldest: Duration

    package init(count: Int, oldest: Duration) {
        (self.count, self.oldest) = (count, oldest)
    }
}
