/// Somebody else's store, which has what is not here, and takes what others are to have.
///
/// Safe to call concurrently; both calls block their thread. Nobody is trusted: what comes is checked against its CID.
package protocol BlockExchange: Sendable {
    /// - Returns: `nil` where there is no such block.
    /// - Throws: Whatever keeps a block back that may be there, such as that it is not for this party.
    func fetch(_ cid: CID) throws -> Block?

    /// Gives a block to be kept. Nothing happens where it is there already.
    func offer(_ block: Block) throws
}
