package import Foundation
package import SharingModel

/// An order of batches that all departments see alike, kept by somebody who is not trusted with anything else.
///
/// If it shows different histories, or keeps something back, no quorum forms and the ledger stops; it never forks.
package protocol BatchLog: Sendable {
    /// Writes this department's batch for `height` where it has none there yet; one that is there stays.
    /// - Throws: Whatever keeps it from being written; trying again is safe.
    func write(_ batch: Data, height: Int) async throws

    /// Everything behind `position` that happened to batches, in the one order, and then what happens from now on.
    ///
    /// The stream ends with an error when the connection does; the caller asks again from where it was. Where not all
    /// that happened behind `position` is kept any more, ``BatchLogItem/gap(through:)`` says so, and then comes what is
    /// left of it, each write in its place: the newest of every key that stands. A write that nobody wrote over or
    /// deleted is never lost.
    /// - Parameter height: The first that is not decided; behind a gap those before it may be left out.
    func events(after position: Int64, from height: Int) -> AsyncThrowingStream<BatchLogItem, any Error>

    /// What stands of a height's batches, read another way than ``events(after:from:)`` gives it.
    ///
    /// The answer is of `request.place` or a later place, where the order has come so far.
    func standing(_ request: StandingRequest) async throws -> StandingBatches

    /// The newest place in the order: whatever anybody has seen of it until now stands at or before it.
    func newest() async throws -> OrderPlace

    /// Whether ``join()`` was ever called for this department.
    func hasJoined() async throws -> Bool

    /// Notes that this department cosigns from now on, for ``hasJoined()`` in a later life. Called before its first
    /// cosignature. What is written is never the same twice (``OrderPlace/mark``); where this was called before, it
    /// changes nothing.
    func join() async throws

    /// Forgets this department's batches below `height`; they are in every department's ledger.
    func forget(below height: Int) async throws
}

/// What the stream of a ``BatchLog`` gives.
package enum BatchLogItem: Sendable {
    case event(BatchEvent)
    /// Of what happened up to this place, not all is kept any more: what was written over or deleted may be missing.
    case gap(through: Int64)
}

/// One thing that happened in a ``BatchLog``.
package struct BatchEvent: Hashable, Sendable {
    /// Place in the order; several may share one. Passed to ``BatchLog/events(after:from:)`` to go on.
    package let position: Int64
    /// Whose prefix it happened under. What the batch itself says is checked against it.
    package let department: PartyName
    package let height: Int
    package let change: Change

    /// Batches of more bytes are skipped by everybody.
    package static let largestByteCount = Batch.largestByteCount

    package enum Change: Hashable, Sendable {
        case written(Data)
        /// Written again, where a batch was written before.
        case rewritten(Data)
        case deleted
    }

    /// What was written; `nil` for a deletion.
    package var batch: Data? {
        switch change {
        case .written(let bytes), .rewritten(let bytes): bytes
        case .deleted: nil
        }
    }

    package init(position: Int64, department: PartyName, height: Int, change: Change) {
        self.position = position
        self.department = department
        self.height = height
        self.change = change
    }
}
