import CanonicalJSON
import Foundation
import Ledger

/// The order as etcd has it: what happened from a revision on; where etcd has compacted that, first what still stands.
///
/// Compaction at a revision c takes the writes before c that were written over or deleted up to c. What stands at c is
/// all there: each key with the revision that wrote it. Read at just that revision, and followed by a watch from c + 1,
/// it joins without hole or doubling, whatever is written meanwhile. If etcd compacts again while it is read, etcd
/// refuses the rest, the stream ends, and the caller asks again from where it was.
struct EtcdReading: Sendable {
    let keys: EtcdKeys
    let client: EtcdClient
    /// Standing batches of lower heights are left out.
    let height: Int

    /// Keys that are asked for at once.
    private static let pageSize = 5_000

    /// Runs until the connection ends or `body` throws, and gives what happened behind `position`, in order.
    func run(after position: Int64, _ body: (BatchLogItem) throws -> Void) async throws {
        let watch = EtcdWatch(client: client, from: keys.all, to: keys.allEnd)
        var next = max(position + 1, 1)
        while true {
            do {
                return try await watch.run(from: next) { change in
                    if let event = keys.event(change) { try body(.event(event)) }
                    next = max(next, change.revision + 1)
                }
            } catch EtcdError.compacted(let oldest) where oldest > next {
                try body(.gap(through: oldest - 1))
                for key in try await standing(from: next, at: oldest) {
                    if let event = keys.event(try await change(of: key, at: oldest)) { try body(.event(event)) }
                }
                next = oldest + 1
            }
        }
    }

    /// The keys of batches that stand at `revision` and were written at `first` or later, in the order of their writes.
    private func standing(from first: Int64, at revision: Int64) async throws -> [Data] {
        var (found, begin) = ([EtcdAnswer.Pair](), Data(keys.all.utf8))
        while true {
            let page = try await client.call(
                "/v3/kv/range",
                [
                    "key": .base64(begin), "range_end": .base64(keys.allEnd), "revision": .string(String(revision)),
                    "keys_only": true, "limit": .string(String(EtcdReading.pageSize)),
                ])
            found += page.pairs.filter { pair in
                pair.modified >= first && (keys.place(of: pair.key).map { $0.height >= height } ?? false)
            }
            guard page.hasMore, let last = page.pairs.last else { break }
            // The key that comes directly after it.
            begin = last.keyBytes + [0]
        }
        return found.sorted { $0.modified < $1.modified }.map(\.keyBytes)
    }

    /// What a key held at `revision`, as the change that wrote it.
    private func change(of key: Data, at revision: Int64) async throws -> EtcdChange {
        let answer = try await client.call(
            "/v3/kv/range", ["key": .base64(key), "revision": .string(String(revision))])
        guard let pair = answer.pairs.first, pair.keyBytes == key else {
            throw EtcdError.malformedAnswer(detail: "a key that stood at revision \(revision) and does not")
        }
        return EtcdChange(standing: pair)
    }
}
