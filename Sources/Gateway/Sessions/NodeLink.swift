package import BlobStore
package import Ledger
package import SharingModel
package import SignedEnvelopes

/// A department's node as a session uses it.
package struct NodeLink: Sendable {
    package let ledger: any NodeConnection
    /// `nil` where the node does not know who asks: blocks are then read from the store that the parties share.
    package let blocks: (any BlockExchange)?

    package init(ledger: any NodeConnection, blocks: (any BlockExchange)?) {
        (self.ledger, self.blocks) = (ledger, blocks)
    }
}

/// Makes the link, once it is known who asks and whom to believe.
package typealias NodeConnector = @Sendable (TransportTrust, TransportIdentity?) throws -> NodeLink

extension PinnedConsortium {
    /// Parties by the keys of the ledger's state, or, for whom it does not hold, of the founding record.
    package func trust(state: @escaping @Sendable (PartyName) -> Party? = { _ in nil }) -> TransportTrust {
        let record = record
        return TransportTrust(consortium: digest) { state($0) ?? record.party($0) }
    }
}
