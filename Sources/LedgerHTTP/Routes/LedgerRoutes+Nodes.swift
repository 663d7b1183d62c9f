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
            var reader = NodeMessageReader()
            var checked = ContinuousClock.now
            // A connection that is lost ends what came as an end would: a message that is not whole says so below.
            var body = request.body.makeAsyncIterator()
            while let piece = try? await body.next() {
                // Whoever is no member any more is noticed, however long his request stays open.
                if ContinuousClock.now - checked > .seconds(2) {
                    try await checkDepartment(context)
                    checked = .now
                }
                try await take(try reader.read(Data(buffer: piece)))
            }
            guard reader.isAtEnd else { throw MessageError.malformed }
            return HTTPResponse.Status.noContent
        }
        // What a department that starts again asks about itself.
        router.get("/v1/cosignatures/{party}") { _, context in
            guard let node, let party = PartyName(context.parameters.get("party") ?? "") else { throw Problem.notFound }
            // Anybody may ask; a stranger makes nobody look anything up.
            if (try? await checkDepartment(context)) != nil { departmentStarts() }
            return try json(
                NewestWords(
                    cosignature: try await node.newestCosignature(of: party),
                    statement: await node.newestStatement(of: party)?.envelope))
        }
        router.get("/v1/status") { _, _ in
            guard let node else { throw Problem.notFound }
            return try json(await node.status)
        }
    }

    private func take(_ messages: [NodeMessage]) async throws {
        var envelopes: [Envelope] = []
        for message in messages {
            switch message {
            case .agreement(let statement): try await node?.take(statement)
            case .cosignature(let cosignature): try await node?.take(cosignature)
            case .transaction(let envelope): envelopes.append(envelope)
            }
        }
        guard let pool, !envelopes.isEmpty else { return }
        pool.add(
            try ledger.admit(envelopes).compactMap { result in
                if case .success(.admitted(let transaction)) = result { transaction } else { nil }
            })
    }
}

/// What `/v1/cosignatures/PARTY` answers.
struct NewestWords: Codable {
    /// Absent if none is here.
    let cosignature: CosignatureMessage?
    /// What it has said in the agreement on the height that is open here; absent if nothing.
    let statement: Envelope?
}
