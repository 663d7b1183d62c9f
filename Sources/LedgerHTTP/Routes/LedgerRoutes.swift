package import BlobStore
import CanonicalJSON
import Foundation
import HTTPTypes
package import Hummingbird
import HummingbirdCore
package import Ledger
import NIOCore
import NIOFoundationCompat
import SharingModel
import SignedEnvelopes

/// What a department's ledger answers over HTTP: submitting, receipts and proofs, the tiles of C2SP's tlog-tiles,
/// public blocks of the blob store, health and metrics; and, in a cluster, what the nodes tell each other.
///
/// Everything read here is checked by its reader: checkpoints are cosigned, tiles and proofs hash up to them, blocks
/// are named by their digest.
package struct LedgerRoutes: Sendable {
    let ledger: Ledger
    /// `nil` on the embedded ordering.
    let node: DepartmentNode?
    let pool: TransactionPool?
    let blobs: any BlobStore
    let health: NodeHealth
    /// Tells whose certificate a connection has; `nil` where there is no TLS.
    let transport: PartyTransport?
    /// Blocks that this node lacks, from the other departments' nodes.
    let others: (any BlockSource)?
    /// Called when a department that starts asks about itself: it may answer elsewhere than before.
    let departmentStarts: @Sendable () -> Void
    let access: BlobAccess
    let uploads = UploadQuota()

    package init(
        ledger: Ledger, node: DepartmentNode?, pool: TransactionPool?, blobs: any BlobStore, health: NodeHealth,
        transport: PartyTransport? = nil, others: (any BlockSource)? = nil,
        departmentStarts: @escaping @Sendable () -> Void = {}
    ) {
        (self.ledger, self.node, self.pool, self.blobs) = (ledger, node, pool, blobs)
        (self.health, self.transport, self.others) = (health, transport, others)
        self.departmentStarts = departmentStarts
        access = BlobAccess(ledger: ledger, blobs: blobs, others: others)
    }

    /// Everything that a node answers.
    package func router() -> Router<LedgerRequestContext> {
        let router = readingRouter()
        addSubmission(to: router)
        addUploads(to: router)
        addReadiness(to: router)
        addMetrics(to: router)
        if node != nil {
            addNodeMessages(to: router)
            addBatches(to: router)
        }
        return router
    }

    /// What may be read by anybody and kept by any cache: for a listener that is open to the world.
    package func readingRouter() -> Router<LedgerRequestContext> {
        let router = Router(context: LedgerRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ProblemMiddleware())
        addTransactions(to: router)
        addTiles(to: router)
        addBlobs(to: router)
        addHealth(to: router)
        return router
    }

    private func addTransactions(to router: Router<LedgerRequestContext>) {
        router.get("/v1/transactions/{id}") { _, context in
            guard let id = Digest(hex: context.parameters.get("id") ?? "") else { throw Problem.notFound }
            return try json(try ledger.proof(of: id, at: .final))
        }
        router.get("/v1/receipts/{id}") { _, context in
            guard let id = Digest(hex: context.parameters.get("id") ?? ""),
                let receipt = try ledger.read({ try $0.receipt(of: id) })
            else { throw Problem.notFound }
            return try json(receipt)
        }
        // How the members of the founding record became those of the newest final block, for who executes nothing.
        router.get("/v1/memberships") { request, _ in
            let known = request.uri.queryParameters["known"].map { Int($0) } ?? -1
            guard let known, try ledger.cosignedBlock(.final) != nil else { throw Problem.notFound }
            return try json(try ledger.lightDocument(known: known))
        }
        router.get("/v1/blocks/{height}") { _, context in
            guard let height = Int(context.parameters.get("height") ?? ""),
                height >= 0, height <= (try ledger.head()?.height ?? -1)
            else { throw Problem.notFound }
            return try json(try ledger.exportedBlock(at: height))
        }
    }

    func json(_ value: some Encodable, _ status: HTTPResponse.Status = .ok) throws -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: try CanonicalJSON.encode(value))))
    }
}
