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
    private let account: EtcdAccount?
    /// What the account was given; members forget it after minutes without use, and when they start anew.
    private let token = Mutex<String?>(nil)
    /// The member that answered last; the next is tried when it does not.
    private let current = Mutex(0)

    init(_ endpoints: EtcdEndpoints, http: HTTPClient, account: EtcdAccount?) {
        self.endpoints = endpoints.urls
        (self.http, self.account) = (http, account)
    }

    /// One call; other members are tried if one does not answer. The calls made here are safe to repeat.
    func call(_ path: String, _ body: JSONValue) async throws -> EtcdAnswer {
        var last: any Error = EtcdError.unavailable(detail: "no member is named")
        for _ in endpoints {
            do {
                return try await authenticated { try EtcdAnswer(parsing: try await answer(path, body)) }
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
            let response = try await authenticated {
                let response = try await http.execute(try request(path, body), timeout: .hours(24))
                guard response.status.code == 200 else {
                    let detail = try await response.body.collect(upTo: 1 << 16)
                    throw EtcdError(status: response.status.code, Data(buffer: detail))
                }
                return response
            }
            return response.body
        } catch {
            current.withLock { $0 += 1 }
            throw error
        }
    }

    private func answer(_ path: String, _ body: JSONValue) async throws -> Data {
        let response = try await http.execute(try request(path, body), timeout: .seconds(3))
        let data = Data(buffer: try await response.body.collect(upTo: EtcdAnswer.largestByteCount))
        guard response.status.code == 200 else { throw EtcdError(status: response.status.code, data) }
        return data
    }

    /// Runs `body` with a token, and once more with a new one where the token is no longer known.
    private func authenticated<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        guard account != nil else { return try await body() }
        if token.withLock({ $0 == nil }) { try await authenticate() }
        do {
            return try await body()
        } catch let error as EtcdError where error.isForgottenToken {
            try await authenticate()
            return try await body()
        }
    }

    private func authenticate() async throws {
        guard let account else { return }
        token.withLock { $0 = nil }
        do {
            let answer = try await answer(
                "/v3/auth/authenticate", ["name": .string(account.user), "password": .string(account.password)])
            guard let new = try EtcdAnswer.document(answer)["token"]?.stringValue else {
                throw EtcdError.malformedAnswer(detail: "an authentication without token")
            }
            token.withLock { $0 = new }
        } catch EtcdError.refused(let status, let detail) where (400..<404).contains(status) {
            throw EtcdError.wrongAccount(user: account.user, detail: detail)
        }
    }

    /// Takes a new token for the next call: a watch does not say why it was not permitted.
    func forgetToken() { token.withLock { $0 = nil } }

    /// Goes on with the next member.
    func turn() { current.withLock { $0 += 1 } }

    private func request(_ path: String, _ body: JSONValue) throws -> HTTPClientRequest {
        let endpoint = current.withLock { endpoints[$0 % endpoints.count] }
        var request = HTTPClientRequest(url: endpoint + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        if let token = token.withLock({ $0 }) { request.headers.add(name: "Authorization", value: token) }
        request.body = .bytes(ByteBuffer(bytes: try CanonicalJSON.serialize(body)))
        return request
    }
}

extension EtcdError {
    fileprivate init(status: UInt, _ body: Data) {
        self = .refused(status: Int(status), detail: String(decoding: body.prefix(300), as: UTF8.self))
    }

    /// Whether the account has to show its password again.
    fileprivate var isForgottenToken: Bool {
        guard case .refused(let status, let detail) = self else { return false }
        return status == 401 || detail.contains("invalid auth token") || detail.contains("user name is empty")
    }
}
