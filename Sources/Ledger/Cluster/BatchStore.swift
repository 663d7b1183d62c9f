package import Foundation
package import SharingModel

/// Where a department keeps the batches that it has said it holds. A crash must not lose one before its height is
/// final.
package protocol BatchStore: Sendable {
    /// Returns when the batch is durable.
    func store(_ batch: Data, at place: HeldPlace) throws

    /// - Returns: `nil` if it is not there, or no longer what it was.
    func load(_ place: HeldPlace) throws -> Data?

    /// What was stored and not removed.
    func all() throws -> [HeldPlace]

    func remove(_ place: HeldPlace) throws
}

/// A batch that is held: what it is, for which height, by whom.
package struct HeldPlace: Hashable, Sendable {
    /// SHA-256 of its bytes.
    package let batch: Digest
    package let height: Int
    package let proposer: PartyName

    package init(batch: Digest, height: Int, proposer: PartyName) {
        (self.batch, self.height, self.proposer) = (batch, height, proposer)
    }
}
