package import Foundation
package import SharingModel

/// Finds what `--home` and `--as` mean: one party's home, or a folder that holds a whole consortium.
package enum HomeLocation: Sendable {
    /// The home of one party.
    case party(PartyHome)
    /// A folder made by `found --local`: `consortium.json`, `ledgers/`, `blobs/`, and a home a party in `parties/`.
    case consortium(LocalConsortium)

    /// - Throws: ``GatewayError/notAHome(path:)``.
    package init(directory: URL) throws {
        if let local = try LocalConsortium(directory: directory) {
            self = .consortium(local)
        } else {
            self = .party(try PartyHome(directory: directory))
        }
    }

    /// The home of the party that acts.
    ///
    /// - Parameter name: What `--as` says; `nil` is enough for the home of a single party.
    package func home(of name: PartyName?) throws -> PartyHome {
        switch self {
        case .party(let home):
            guard name == nil || name == home.party.name else {
                throw GatewayError.notThisParty(home: home.party.name, asked: name ?? home.party.name)
            }
            return home
        case .consortium(let local):
            guard let name else { throw GatewayError.partyMissing(parties: local.partyNames) }
            return try local.home(of: name)
        }
    }

    /// The consortium, ledgers and blobs, for commands that act as nobody.
    package var shared: SharedPlaces {
        switch self {
        case .party(let home): home.places
        case .consortium(let local):
            SharedPlaces(consortium: local.consortium, ledgers: local.ledgers, blobs: local.blobs)
        }
    }
}

/// What no party's secrets are needed for.
package struct SharedPlaces: Sendable {
    package let consortium: PinnedConsortium
    package let ledgers: URL
    package let blobs: URL
}
