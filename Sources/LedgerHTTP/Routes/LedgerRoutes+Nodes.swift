import Foundation
import Hummingbird
import HummingbirdCore
import Ledger
import NIOCore
import NIOFoundationCompat
import SharingModel
import SignedEnvelopes

extension LedgerRoutes {
    /// What the other departments' nodes post. A cosignature and an envelope prove themselves, and what does not is
    /// passed over; over TLS it has to come from a department all the same, so that nobody else can keep a node busy.
    func addNodeMessages(to router: Router<LedgerRequestContext>) {
        router.post("/v1/messages") { request, context in
            try await checkDepartment(context)
            let body = try await request.body.collect(upTo: NodeMessage.largestByteCount)
            var envelopes: [Envelope] = []
            for message in try NodeMessage.read(Data(buffer: body)) {
                switch message {
                case .cosignature(let cosignature): try await node?.take(cosignature)
                case .transaction(let envelope): envelopes.append(envelope)
                }
            }
            pool?.add(
                try ledger.admit(envelopes).compactMap { result in
                    if case .success(.admitted(let transaction)) = result { transaction } else { nil }
                })
            return HTTPResponse.Status.noContent
        }
        // What a department that starts again asks about itself.
        router.get("/v1/cosignatures/{party}") { _, context in
            guard let node, let party = PartyName(context.parameters.get("party") ?? "") else { throw Problem.notFound }
            return try json(NewestCosignature(cosignature: try await node.newestCosignature(of: party)))
        }
        router.get("/v1/status") { _, _ in
            guard let node else { throw Problem.notFound }
            return try json(await node.status)
        }
    }
}

/// What `/v1/cosignatures/PARTY` answers.
struct NewestCosignature: Codable {
    /// Absent if none is here.
    let cosignature: CosignatureMessage?
}
