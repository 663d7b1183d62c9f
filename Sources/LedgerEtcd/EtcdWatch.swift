import AsyncHTTPClient
import CanonicalJSON
import Foundation
import NIOCore
import NIOFoundationCompat

/// One watch on a range of keys.
struct EtcdWatch: Sendable {
    let client: EtcdClient
    let from: String
    let to: String

    /// Runs until the connection ends or `body` throws, and gives every change from `revision` on, in order.
    /// - Throws: ``EtcdError/compacted(oldest:)`` where the history is no longer kept from there on.
    func run(from revision: Int64, _ body: (EtcdChange) throws -> Void) async throws {
        do {
            try await watch(revision, body)
        } catch EtcdError.compacted(let oldest) {
            throw EtcdError.compacted(oldest: oldest)
        } catch let error as HTTPClientError where error == .readTimeout {
            // Nothing happened for so long, or the member hangs: the caller begins anew, at another.
            client.turn()
        } catch {
            client.turn()
            throw error
        }
    }

    private func watch(_ revision: Int64, _ body: (EtcdChange) throws -> Void) async throws {
        let answers = try await client.stream(
            "/v3/watch",
            [
                "create_request": [
                    "key": .base64(from), "range_end": .base64(to), "start_revision": .string(String(revision)),
                ]
            ])
        var reader = EtcdWatchReader(from: revision)
        do {
            for try await chunk in answers { try reader.take(chunk.readableBytesView, body) }
        } catch let error as EtcdError {
            if case .watchEnded = error { client.forgetToken() }
            throw error
        }
    }
}
