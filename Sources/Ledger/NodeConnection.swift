/// A department's node, as those see it who keep no node: they submit through it, and follow it into a copy of their
/// own. It is not trusted: every block is executed here, and must carry a quorum's cosignatures.
package protocol NodeConnection: OrderingService {
    /// Takes over every final block that the node has and `ledger` does not. Blocks its thread.
    func catchUp(_ ledger: Ledger) throws
}
