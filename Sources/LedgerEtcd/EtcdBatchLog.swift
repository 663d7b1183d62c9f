package import AsyncHTTPClient
import CanonicalJSON
package import Foundation
package import Ledger
package import SharingModel

/// Batches in etcd, each under its department's own prefix: `chancery/CONSORTIUM/SECTION/batch/DEPARTMENT/HEIGHT`.
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
        try await create(keys.batch(height), batch)
    }

    /// Writes a key where it is not there; one that is there stays.
    private func create(_ key: String, _ value: Data) async throws {
        let key = JSONValue.base64(key)
        _ = try await client.call(
            "/v3/kv/txn",
            [
                "compare": [["key": key, "target": "CREATE", "result": "EQUAL", "create_revision": "0"]],
                "success": [["requestPut": ["key": key, "value": .base64(value)]]],
            ])
    }

    package func newest() async throws -> OrderPlace {
        // A linearizable read: its answer has the revision of the cluster, not of the member that was asked.
        let answer = try await client.call("/v3/kv/range", ["key": .base64(keys.joined)])
        let mark = answer.pairs.first.map { String(decoding: $0.value.prefix(64), as: UTF8.self) }
        return OrderPlace(order: String(answer.cluster), mark: mark, position: answer.revision)
    }

    package func forget(below height: Int) async throws {
        guard height > 0 else { return }
        _ = try await client.call(
            "/v3/kv/deleterange",
            ["key": .base64(keys.batch(0)), "range_end": .base64(keys.batch(height))])
    }

    package func events(
        after position: Int64, from height: Int
    ) -> AsyncThrowingStream<BatchLogItem, any Error> {
        let reading = EtcdReading(keys: keys, client: client, height: height)
        // Bounded: who reads too slowly is cut off, and asks again from where it was.
        return AsyncThrowingStream(bufferingPolicy: .bufferingOldest(EtcdBatchLog.mostUnread)) { continuation in
            let task = Task {
                do {
                    try await reading.run(after: position) { item in
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

    /// Items that wait for the node: mostly of up to 16 KB, and of one byte above what is read at most.
    private static let mostUnread = 256

    package func hasJoined() async throws -> Bool {
        let answer = try await client.call("/v3/kv/range", ["key": .base64(keys.joined), "count_only": true])
        return answer.count > 0
    }

    package func join() async throws {
        let mark = String(UInt64.random(in: .min ... .max), radix: 16)
        try await create(keys.joined, Data(mark.utf8))
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
