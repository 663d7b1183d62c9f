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

    /// One write or deletion.
    struct Change {
        let revision: Int64
        let key: String
        /// `nil` for a deletion.
        let value: Data?
        /// Whether this write made the key.
        let isFirst: Bool
    }

    enum News {
        case change(Change)
        /// What is older than this revision is no longer kept; it goes on from there.
        case compacted(oldest: Int64)
    }

    /// Runs until the connection ends or `body` throws, and gives every change from `revision` on, in order.
    func run(from revision: Int64, _ body: (News) throws -> Void) async throws {
        var revision = max(revision, 1)
        while true {
            do {
                try await watch(revision, body)
            } catch EtcdError.compacted(let oldest) where oldest > revision {
                // What is gone from etcd is in the other departments' ledgers.
                revision = oldest
                try body(.compacted(oldest: oldest))
                continue
            } catch let error as HTTPClientError where error == .readTimeout {
                // Nothing happened for so long, or the member hangs: the caller begins anew, at another.
                client.turn()
            } catch {
                client.turn()
                throw error
            }
            return
        }
    }

    private func watch(_ revision: Int64, _ body: (News) throws -> Void) async throws {
        let answers = try await client.stream(
            "/v3/watch",
            [
                "create_request": [
                    "key": .base64(from), "range_end": .base64(to), "start_revision": .string(String(revision)),
                ]
            ])
        // A document may come in many chunks, and a chunk may hold many: framed here by the line feed that the
        // gateway puts behind each. Base64 holds none.
        var unread = ByteBuffer()
        for try await var chunk in answers {
            var hasLine = chunk.readableBytesView.contains(0x0A)
            unread.writeBuffer(&chunk)
            while hasLine, let end = unread.readableBytesView.firstIndex(of: 0x0A) {
                let line = unread.readData(length: end - unread.readerIndex) ?? Data()
                unread.moveReaderIndex(forwardBy: 1)
                if !line.isEmpty { try read(EtcdClient.parse(line), body) }
                hasLine = unread.readableBytes > 0
            }
            unread.discardReadBytes()
        }
    }

    private func read(_ answer: JSONValue, _ body: (News) throws -> Void) throws {
        if let error = answer["error"] {
            throw EtcdError.watchEnded(detail: error["message"]?.stringValue ?? "no reason given")
        }
        guard let result = answer["result"] else { throw EtcdError.malformedAnswer(detail: "a watch without result") }
        let oldest = result.number("compact_revision")
        if oldest > 0 { throw EtcdError.compacted(oldest: oldest) }
        // Without permission the watch is made, with this id, and then ended.
        guard result["canceled"]?.boolValue != true, result.number("watch_id") >= 0 else {
            client.forgetToken()
            throw EtcdError.watchEnded(detail: result["cancel_reason"]?.stringValue ?? "no permission")
        }
        for event in result["events"]?.arrayValue ?? [] {
            guard let pair = event["kv"] else { throw EtcdError.malformedAnswer(detail: "an event without key") }
            let isDeletion = event["type"]?.stringValue == "DELETE"
            let change = Change(
                revision: pair.number("mod_revision"), key: String(decoding: pair.bytes("key"), as: UTF8.self),
                value: isDeletion ? nil : pair.bytes("value"),
                isFirst: pair.number("create_revision") == pair.number("mod_revision"))
            try body(.change(change))
        }
    }
}
