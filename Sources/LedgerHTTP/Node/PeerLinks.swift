import AsyncHTTPClient
import Foundation
import SharingModel
import Synchronization

/// The links to the other departments' nodes: made as departments become known, for members come and go.
final class PeerLinks: Sendable {
    /// Cosignatures and transactions go on links of their own, so that a vote never waits for a transfer.
    struct Pair: Sendable {
        let votes: PeerLink
        let transfers: PeerLink
    }

    private let state = Mutex<[PartyName: Pair]>([:])
    private let http: HTTPClient
    private let report: @Sendable (String) -> Void
    private let added: AsyncStream<PeerLink>
    private let add: AsyncStream<PeerLink>.Continuation
    /// Calls to look up where the others answer, see ``lookUp()``; one to begin with.
    let lookups: AsyncStream<Void>
    private let call: AsyncStream<Void>.Continuation

    /// - Parameter report: Told when a node turns messages away.
    init(http: HTTPClient, report: @escaping @Sendable (String) -> Void) {
        (self.http, self.report) = (http, report)
        (added, add) = AsyncStream.makeStream(of: PeerLink.self)
        (lookups, call) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        lookUp()
    }

    var all: [PartyName: Pair] { state.withLock { $0 } }

    /// Calls for looking up where the others answer. A link that fails does too: a node that began anew answers elsewhere.
    func lookUp() { call.yield() }

    /// Links to exactly `parties`, at the addresses known now.
    /// - Returns: Whether each of them has one.
    func keep(_ parties: Set<PartyName>, at addresses: [PartyName: String]) -> Bool {
        state.withLock { pairs in
            for party in Array(pairs.keys) where !parties.contains(party) {
                let gone = pairs.removeValue(forKey: party)
                gone?.votes.close()
                gone?.transfers.close()
            }
            for party in parties {
                let pair = pairs[party] ?? make()
                pairs[party] = pair
                guard let address = addresses[party] else { continue }
                pair.votes.address = address
                pair.transfers.address = address
            }
            return pairs.values.allSatisfy { $0.votes.address != nil }
        }
    }

    private func make() -> Pair {
        let pair = Pair(
            votes: PeerLink(http: http, report: report) { [call] in call.yield() },
            transfers: PeerLink(http: http, gathering: .milliseconds(8), report: report) { [call] in call.yield() })
        add.yield(pair.votes)
        add.yield(pair.transfers)
        return pair
    }

    /// Sends what is given to the links, until it is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await link in added {
                group.addTask { await link.run() }
            }
            group.cancelAll()
        }
    }
}
