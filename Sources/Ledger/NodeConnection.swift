package import SignedEnvelopes

/// A department's node, as those see it who keep no node: they submit through it, and follow it into a copy of their
/// own. It is not trusted: every block is executed here, and must carry a quorum's cosignatures.
package protocol NodeConnection: OrderingService {
    /// As the submission of an admitted transaction, for a sender that leaves all checks to the node.
    func submit(_ envelope: Envelope) async throws -> Receipt

    /// Whether the node says that nothing is in its way.
    func isReady() async throws -> Bool

    /// Takes over every final block that the node has and `ledger` does not. Blocks its thread.
    func catchUp(_ ledger: Ledger) throws
}
