import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

extension HTTPClient {
    /// One request, and all of what is answered.
    /// - Parameters:
    ///   - body: Posted; without, it is read.
    ///   - token: For `Authorization`.
    func answer(to url: String, posting body: Data? = nil, token: String? = nil) async throws -> (
        status: Int, body: Data
    ) {
        var request = HTTPClientRequest(url: url)
        if let body {
            request.method = .POST
            request.body = .bytes(ByteBuffer(data: body))
        }
        if let token { request.headers.add(name: "Authorization", value: token) }
        let response = try await execute(request, timeout: .seconds(20))
        let answer = try await response.body.collect(upTo: 64 << 20)
        return (Int(response.status.code), Data(buffer: answer))
    }
}
