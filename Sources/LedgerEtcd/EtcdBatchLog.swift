package import AsyncHTTPClient
import CanonicalJSON
package import Foundation
package import Ledger
package import SharingModel

/// Batches in etcd, each under its department's own prefix: `chancery/CONSORTIUM/SECTION/DEPARTMENT/batch/HEIGHT`.
///
/// What etcd orders is revisions. It cannot keep a department from writing over its own keys, which is why
/// signatures and the order of revisions decide, never what a key holds now.
package struct EtcdBatchLog: BatchLog {
    let keys: EtcdKeys
    let client: EtcdClient

    /// - Parameters:
    ///   - http: As ``EtcdCredentials/client()`` makes it.
    ///   - account: `nil` where etcd has no accounts.
    package init(
        endpoints: EtcdEndpoints, ledger identity: String, department: PartyName, http: HTTPClient,
        account: EtcdAccount? = nil
    ) {
        keys = EtcdKeys(ledger: identity, department: department)
        client = EtcdClient(endpoints, http: http, account: account)
    }

    package func write(_ batch: Data, height: Int) async throws {
        let key = JSONValue.base64(keys.batch(height))
        _ = try await client.call(
            "/v3/kv/txn",
            [
                "compare": [["key": key, "target": "CREATE", "result": "EQUAL", "create_revision": "0"]],
                "success": [["requestPut": ["key": key, "value": .base64(batch)]]],
            ])
    }

    package func newestPosition() async throws -> Int64 {
        // A linearizable read: its answer has the revision of the cluster, not of the member that was asked.
        let answer = try await client.call(
            "/v3/kv/range", ["key": .base64(keys.all), "range_end": .base64(keys.allEnd), "count_only": true])
        return answer.revision
    }

    package func forget(below height: Int) async throws {
        guard height > 0 else { return }
        _ = try await client.call(
            "/v3/kv/deleterange",
            ["key": .base64(keys.batch(0)), "range_end": .base64(keys.batch(height))])
    }

    package func events(after position: Int64) -> AsyncThrowingStream<BatchLogItem, any Error> {
        let watch = EtcdWatch(client: client, from: keys.all, to: keys.allEnd)
        let keys = keys
        // Bounded: who reads too slowly is cut off, and asks again from where it was.
        return AsyncThrowingStream(bufferingPolicy: .bufferingOldest(EtcdBatchLog.mostUnread)) { continuation in
            let task = Task {
                do {
                    try await watch.run(from: position + 1) { news in
                        let item: BatchLogItem
                        switch news {
                        case .compacted(let oldest): item = .gap(through: oldest - 1)
                        case .change(let change):
                            guard let event = keys.event(change) else { return }
                            item = .event(event)
                        }
                        if case .dropped = continuation.yield(item) {
                            throw EtcdError.watchEnded(detail: "read too slowly")
                        }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Items that wait for the node, each with a batch of up to 192 KB.
    private static let mostUnread = 256

    package func hasJoined() async throws -> Bool {
        let answer = try await client.call("/v3/kv/range", ["key": .base64(keys.joined), "count_only": true])
        return answer.count > 0
    }

    package func join() async throws {
        let key = JSONValue.base64(keys.joined)
        _ = try await client.call(
            "/v3/kv/txn",
            [
                "compare": [["key": key, "target": "CREATE", "result": "EQUAL", "create_revision": "0"]],
                "success": [["requestPut": ["key": key, "value": .base64("joined")]]],
            ])
    }

    /// Says where this department's node answers, for the other nodes to find. What they send each other proves
    /// itself, so a wrong address costs time and no more.
    package func announce(address: String) async throws {
        _ = try await client.call(
            "/v3/kv/put", ["key": .base64(keys.address), "value": .base64(address)])
    }

    /// Where the nodes of the departments answer, as they have said themselves.
    package func addresses() async throws -> [PartyName: String] {
        let answer = try await client.call(
            "/v3/kv/range", ["key": .base64(keys.addresses), "range_end": .base64(keys.addressesEnd)])
        var found: [PartyName: String] = [:]
        for pair in answer.pairs {
            guard pair.key.hasPrefix(keys.addresses),
                let party = PartyName(String(pair.key.dropFirst(keys.addresses.count)))
            else { continue }
            found[party] = String(decoding: pair.value, as: UTF8.self)
        }
        return found
    }
}

/// The names of a ledger's keys in etcd.
struct EtcdKeys: Sendable {
    /// `chancery/CONSORTIUM/SECTION/batch/`; the department comes next, so that a role can be granted by prefix.
    let all: String
    let addresses: String
    private let department: PartyName

    /// - Parameter ledger: The origin line of the ledger's checkpoints: it names consortium and section.
    init(ledger: String, department: PartyName) {
        all = "\(ledger)/batch/"
        addresses = "\(ledger)/node/"
        self.department = department
    }

    /// `/` is followed by `0` in ASCII.
    var allEnd: String { String(all.dropLast()) + "0" }
    var addressesEnd: String { String(addresses.dropLast()) + "0" }
    var address: String { addresses + department.text }

    func batch(_ height: Int) -> String {
        let digits = String(height)
        return "\(all)\(department)/" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    /// Among the department's batches, so that it needs no right of its own; no height looks like it.
    var joined: String { "\(all)\(department)/joined" }

    /// - Returns: `nil` for a key that is no batch's.
    func event(_ change: EtcdChange) -> BatchEvent? {
        let parts = change.key.dropFirst(all.count).split(separator: "/", omittingEmptySubsequences: false)
        guard change.key.hasPrefix(all), parts.count == 2, let party = PartyName(String(parts[0])),
            parts[1].utf8.count == 12, let height = Int(parts[1]), height >= 0
        else { return nil }
        let what: BatchEvent.Change =
            if let value = change.value {
                // What is too large is judged by its size alone, and not kept whole until then.
                change.isFirst ? .written(shortened(value)) : .rewritten(shortened(value))
            } else {
                .deleted
            }
        return BatchEvent(position: change.revision, department: party, height: height, change: what)
    }

    private func shortened(_ value: Data) -> Data { Data(value.prefix(BatchEvent.largestByteCount + 1)) }
}
