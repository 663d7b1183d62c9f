import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Ledger
import NIOCore
import NIOFoundationCompat
import SharingModel

extension LedgerRoutes {
    /// Batches that are too large for the order go from node to node: a proposer has them held, and who finds a
    /// reference to one in the order asks a holder.
    func addBatches(to router: Router<LedgerRequestContext>) {
        router.post("/v1/batches/{proposer}/{height}") { request, context in
            try await checkDepartment(context)
            guard let node, let proposer = PartyName(context.parameters.get("proposer") ?? ""),
                let height = Int(context.parameters.get("height") ?? "")
            else { throw Problem.notFound }
            let batch = Data(buffer: try await request.body.collect(upTo: BatchEvent.largestByteCount))
            guard let statement = try await node.hold(batch, height: height, by: proposer) else {
                throw Problem.notHeld
            }
            Task { await node.foresee(batch, height: height, by: proposer) }
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(bytes: statement)))
        }
        router.get("/v1/holdings/{digest}") { _, context in
            try await checkDepartment(context)
            guard let node, let digest = Digest(hex: context.parameters.get("digest") ?? ""),
                let batch = try await node.heldBatch(digest)
            else { throw Problem.notFound }
            return Response(
                status: .ok, headers: [.contentType: "application/octet-stream"],
                body: .init(byteBuffer: ByteBuffer(bytes: batch)))
        }
        router.get("/v1/candidates/{root}") { _, context in
            try await checkDepartment(context)
            guard let node, let root = Digest(hex: context.parameters.get("root") ?? ""),
                let batch = try await node.shownBatch(root: root)
            else { throw Problem.notFound }
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(bytes: try batch.canonicalBytes())))
        }
    }

    /// Over TLS only departments' nodes may keep this one busy.
    func checkDepartment(_ context: LedgerRequestContext) async throws {
        if let transport, await context.peer(transport)?.role != .department { throw Problem.departmentsOnly }
    }
}
