import AsyncHTTPClient
package import BlobStore
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Blocks go to the node, and come from it, at `/ipfs/CID`.
extension RemoteLedger: BlockExchange {
    package func fetch(_ cid: CID) throws -> Block? {
        let response = try send(.GET, cid)
        switch response.status {
        case .ok: return try Block(response.body.map { Data(buffer: $0) } ?? Data(), expecting: cid)
        case .notFound: return nil
        default: throw refusal(response)
        }
    }

    package func offer(_ block: Block) throws {
        if try send(.HEAD, block.cid).status == .ok { return }
        let response = try send(.PUT, block.cid, body: block.data)
        guard response.status == .noContent else { throw refusal(response) }
    }

    private func send(_ method: HTTPMethod, _ cid: CID, body: Data? = nil) throws -> HTTPClient.Response {
        do {
            let request = try HTTPClient.Request(
                url: "\(address)/ipfs/\(cid)?format=raw", method: method, body: body.map { .data($0) })
            return try http.execute(request: request, deadline: .now() + .seconds(60)).wait()
        } catch {
            throw RemoteLedgerError.unavailable(address: address, detail: "\(error)")
        }
    }

    private func refusal(_ response: HTTPClient.Response) -> RemoteLedgerError {
        RemoteLedgerError(address, response.status.code, response.body.map { Data(buffer: $0) } ?? Data())
    }
}
