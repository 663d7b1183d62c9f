package import AsyncHTTPClient
package import BlobStore
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import SharingModel
import Synchronization

/// The other departments' blob stores, through their nodes. Each is asked for what it has itself, so that a question
/// does not go round.
package final class PeerBlocks: BlockSource {
    private let http: HTTPClient
    private let addresses = Mutex<[PartyName: String]>([:])

    package init(http: HTTPClient) {
        self.http = http
    }

    /// Where the other nodes answer, as known now.
    func know(_ addresses: [PartyName: String]) { self.addresses.withLock { $0 = addresses } }

    package func block(_ cid: CID) async -> Block? {
        for address in addresses.withLock({ $0 }).values.shuffled() {
            var request = HTTPClientRequest(url: "\(address)/ipfs/\(cid)?format=raw")
            request.headers.add(name: "Cache-Control", value: "only-if-cached")
            guard let response = try? await http.execute(request, timeout: .seconds(30)), response.status == .ok,
                let body = try? await response.body.collect(upTo: Block.maximumByteCount),
                let block = try? Block(Data(buffer: body), expecting: cid)
            else { continue }
            return block
        }
        return nil
    }
}
