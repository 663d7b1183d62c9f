package import Foundation
package import SharingModel
package import SignedEnvelopes

/// Where a department keeps what it has said and cosigned and is not final yet. A crash must not make it say anything
/// else of that height.
package protocol VoteJournal: Sendable {
    /// What was stored last; `nil` before the first.
    func load() throws -> JournalState?

    /// Returns when `state` is durable and stands in place of the one before.
    func store(_ state: JournalState) throws

    /// The heights that all departments settled by hand, as far as they were kept.
    func settlements() throws -> [SettledHeight]

    /// Returns when it is durable. One of the same height stays.
    func keep(_ settled: SettledHeight) throws
}

/// All that a department remembers of what it has cosigned. In one piece: where it is lost, it is known to be lost.
package struct JournalState: Codable, Hashable, Sendable {
    /// Of batches up to this place in the order, this department may have cosigned any in a life of which nothing
    /// else is known; 0 where there was none.
    package let silentThrough: Int64
    /// The newest vote; `nil` before the first.
    package let vote: Vote?
    /// Which order these places are of; `nil` before one was seen.
    package let order: FollowedOrder?
    /// ``AgreementStatement``s of this department on the height that was open; `nil` where there are none.
    package let statements: [Envelope]?

    package init(silentThrough: Int64, vote: Vote?, order: FollowedOrder? = nil, statements: [Envelope]? = nil) {
        (self.silentThrough, self.vote, self.order) = (silentThrough, vote, order)
        self.statements = statements
    }
}

/// A department's cosignature of the block that a batch gave, with the batch.
package struct Vote: Codable, Hashable, Sendable {
    /// The batch's bytes; none where the height was final when it was stored last.
    package let batch: Data
    /// Whose batch it is.
    package let department: PartyName
    package let message: CosignatureMessage
    /// Where the batch stood in the order; where that is not known, a place before it.
    package let position: Int64
}
