import AsyncHTTPClient
import CanonicalJSON
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Synchronization

/// etcd's v3 API through its JSON gateway: keys and values in base64, false fields left out.
final class EtcdClient: Sendable {
    let endpoints: [String]
    private let http: HTTPClient
    /// The member that answered last; the next is tried when it does not.
    private let current = Mutex(0)

    private static let largestAnswer = 64 << 20

    init(_ endpoints: EtcdEndpoints, http: HTTPClient) {
        self.endpoints = endpoints.urls
        self.http = http
    }

    /// One call; other members are tried if one does not answer. The calls made here are safe to repeat.
    func call(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        var last: any Error = EtcdError.unavailable(detail: "no member is named")
        for _ in endpoints {
            do {
                let response = try await http.execute(try request(path, body), timeout: .seconds(3))
                let data = Data(buffer: try await response.body.collect(upTo: EtcdClient.largestAnswer))
                guard response.status.code == 200 else {
                    let detail = String(decoding: data.prefix(300), as: UTF8.self)
                    throw EtcdError.refused(status: Int(response.status.code), detail: detail)
                }
                return try EtcdClient.parse(data)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                last = error
                current.withLock { $0 += 1 }
            }
        }
        if let last = last as? EtcdError { throw last }
        throw EtcdError.unavailable(detail: "\(last)")
    }

    /// Opens a stream of answers, one JSON document a line.
    func stream(_ path: String, _ body: JSONValue) async throws -> HTTPClientResponse.Body {
        do {
            let response = try await http.execute(try request(path, body), timeout: .hours(24))
            guard response.status.code == 200 else {
                throw EtcdError.refused(status: Int(response.status.code), detail: path)
            }
            return response.body
        } catch {
            current.withLock { $0 += 1 }
            throw error
        }
    }

    /// Goes on with the next member.
    func turn() { current.withLock { $0 += 1 } }

    private func request(_ path: String, _ body: JSONValue) throws -> HTTPClientRequest {
        let endpoint = current.withLock { endpoints[$0 % endpoints.count] }
        var request = HTTPClientRequest(url: endpoint + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try CanonicalJSON.serialize(body)))
        return request
    }

    static func parse(_ data: Data) throws -> JSONValue {
        do {
            return try CanonicalJSON.parse(data, maximumByteCount: largestAnswer)
        } catch {
            throw EtcdError.malformedAnswer(detail: "\(error)")
        }
    }
}

extension JSONValue {
    /// Keys and values go in standard base64.
    static func base64(_ text: String) -> JSONValue { .string(Data(text.utf8).base64EncodedString()) }
    static func base64(_ bytes: Data) -> JSONValue { .string(bytes.base64EncodedString()) }

    /// etcd writes 64-bit numbers as strings, and leaves out zeros.
    func number(_ name: String) -> Int64 {
        guard let member = self[name] else { return 0 }
        return member.integerValue ?? member.stringValue.flatMap(Int64.init) ?? 0
    }

    func bytes(_ name: String) -> Data {
        self[name]?.stringValue.flatMap { Data(base64Encoded: $0) } ?? Data()
    }
}
