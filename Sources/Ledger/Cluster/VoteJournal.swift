package import Foundation
package import SharingModel

/// Where a department keeps what it has cosigned and is not final yet. A crash must not make it cosign another block
/// of that height.
package protocol VoteJournal: Sendable {
    /// The newest vote; `nil` before the first.
    func load() throws -> Vote?

    /// Returns when `vote` is durable and stands in place of the one before.
    func store(_ vote: Vote) throws

    /// The heights that all departments settled by hand, as far as they were kept.
    func settlements() throws -> [SettledHeight]

    /// Returns when it is durable. One of the same height stays.
    func keep(_ settled: SettledHeight) throws
}

/// A department's cosignature of the block that a batch gave, with the batch.
package struct Vote: Codable, Hashable, Sendable {
    /// The batch's bytes.
    package let batch: Data
    /// Whose batch it is.
    package let department: PartyName
    package let message: CosignatureMessage
    /// Where the batch stood in the order.
    package let position: Int64
}
