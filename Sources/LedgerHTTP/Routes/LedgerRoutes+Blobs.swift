import BlobStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOFoundationCompat

/// The trustless gateway of IPFS for single blocks: `/ipfs/CID?format=raw`, or `car` with the one block in it.
extension LedgerRoutes {
    func addBlobs(to router: Router<BasicRequestContext>) {
        router.get("/ipfs/{cid}") { request, context in
            guard let cid = try? CID(parsing: context.parameters.get("cid") ?? "") else { throw Problem.notFound }
            // Raw blocks are shards and sealed openings. They are for members and holders of tokens, whom this
            // listener cannot tell from others.
            guard cid.codec == .dagJSON else { throw Problem.membersOnly }
            guard try blobs.contains(cid) else { throw Problem.notFound }
            let block = try blobs.get(cid)
            let asCAR =
                request.uri.queryParameters["format"] == "car"
                || (request.headers[.accept] ?? "").contains("application/vnd.ipld.car")
            var car = CollectedBytes()
            if asCAR {
                var writer = try CARWriter(roots: [cid], to: &car)
                try writer.append(block, to: &car)
            }
            return Response(
                status: .ok,
                headers: [
                    .contentType: asCAR
                        ? "application/vnd.ipld.car; version=1; order=dfs; dups=n" : "application/vnd.ipld.raw",
                    .cacheControl: "public, max-age=29030400, immutable",
                    .eTag: "\"\(cid.text)\(asCAR ? ".car" : "")\"",
                ], body: .init(byteBuffer: ByteBuffer(bytes: asCAR ? car.bytes : block.data)))
        }
    }
}

private struct CollectedBytes: ByteSink {
    var bytes = Data()

    mutating func append(_ more: Data) throws { bytes.append(more) }
}
