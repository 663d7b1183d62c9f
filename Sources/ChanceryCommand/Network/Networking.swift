package import Gateway
package import KeyVault
package import Ledger
package import SharingModel
package import SignedEnvelopes

/// What goes over the network. The `chancery` program has none of it, and passes such commands on to `chancery-node`.
package protocol Networking: Sendable {
    /// A department's node, for who keeps none.
    /// - Parameters:
    ///   - address: `https://HOST:PORT`, where the node has to show a department's certificate, or `http://HOST:PORT`.
    ///   - trust: By whose keys that certificate is judged.
    ///   - identity: Who asks; `nil` for who reads as nobody in particular.
    func connect(to address: String, trust: TransportTrust, identity: TransportIdentity?) throws -> NodeLink

    /// The read side of a department's node, for a light client.
    /// - Parameters:
    ///   - address: `https://HOST:PORT` or `http://HOST:PORT`.
    ///   - trust: By whose keys the certificate of the former is judged.
    func log(at address: String, trust: TransportTrust) throws -> any LogSource

    /// A department's node, from which another's files are repaired.
    /// - Parameter identity: Who asks, over TLS: shards are given to departments of the section and the like only.
    func repairSource(
        at address: String, trust: TransportTrust, identity: TransportIdentity?
    ) throws -> RepairSource

    /// Runs a department's node until it is told to stop.
    func serve(_ request: ServeRequest) async throws
}

/// What `chancery serve` was asked for.
package struct ServeRequest: Sendable {
    package let home: PartyHome
    /// `nil` for the department's own.
    package let section: SectionName?
    package let configuration: NodeConfiguration
    /// The number of the etcd cluster that may take the place of the one that was followed; `nil` for none.
    package let acceptedEtcd: String?
    package let passphrase: SecretBytes
}

/// The network of the program that runs.
package enum Network {
    @TaskLocal package static var current: (any Networking)?

    /// - Returns: Only in a program that has the network in it; from another, `chancery-node` takes over with the same
    ///   arguments, and this call does not return.
    /// - Throws: ``NodeProgram/Missing`` where that is not installed.
    static func required() throws -> any Networking {
        if let current { return current }
        try NodeProgram.takeOver()
    }
}
