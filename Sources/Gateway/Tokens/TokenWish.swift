package import Contracts
package import Ledger
package import SharingModel

/// What a token is asked for, by `token request`, as it was said.
package struct TokenWish: Sendable, Encodable {
    package enum Scope: Sendable, Encodable {
        /// The datasets of the pool that are in use, but for some.
        case pool(PoolName, without: [DatasetName] = [])
        case datasets([DatasetName])
    }

    /// The token's end.
    package enum End: Sendable, Encodable {
        case at(Timestamp)
        /// Counted from when the request is signed.
        case after(seconds: Int64)
    }

    package let scope: Scope
    package let packs: [PackName]
    package let purpose: String
    package let uses: Int64
    package let until: End
    /// Registered plans that it is limited to; `nil` for any plan.
    package let contracts: [ContractReference]?

    package init(
        scope: Scope, packs: [PackName], purpose: String, uses: Int64, until: End,
        contracts: [ContractReference]? = nil
    ) {
        self.scope = scope
        self.packs = packs
        self.purpose = purpose
        self.uses = uses
        self.until = until
        self.contracts = contracts
    }
}

/// A request that is on the ledger.
package struct RequestedToken: Sendable {
    /// Its transaction names the token.
    package let receipt: Receipt
    let unfinished: UnfinishedTransaction

    package var token: Digest { receipt.transaction }

    /// Says that the caller knows. Until then the same command, run again after this value has gone, gives the same
    /// token; afterwards it asks for another one.
    package func acknowledge() throws { try unfinished.end() }
}
