import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Ledger
import NIOCore
import NIOFoundationCompat
import SharingModel
import SignedEnvelopes
import TransparencyLog

/// The read side of C2SP's tlog-tiles (https://c2sp.org/tlog-tiles), over the newest final checkpoint.
extension LedgerRoutes {
    func addTiles(to router: Router<LedgerRequestContext>) {
        router.get("/checkpoint") { _, _ in
            guard let final = try ledger.cosignedBlock(.final) else { throw Problem.notFound }
            return Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-cache"],
                body: .init(byteBuffer: ByteBuffer(string: final.note)))
        }
        router.get("/tile/**") { request, _ in
            guard let tile = TilePath(request.uri.path), let final = try ledger.cosignedBlock(.final),
                let bytes = try ledger.tile(tile, size: final.block.size)
            else { throw Problem.notFound }
            // A tile never changes: a partial one has its width in its name.
            return Response(
                status: .ok,
                headers: [
                    .contentType: "application/octet-stream",
                    .cacheControl: "public, max-age=31536000, immutable",
                ], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        }
    }
}
