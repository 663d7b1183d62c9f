import CanonicalJSON
import Foundation
package import Ledger
import SharingModel

extension EtcdBatchLog {
    package func standing(_ request: StandingRequest) async throws -> StandingBatches {
        var (position, batches) = (Int64.max, [PartyName: StandingBatches.Batch]())
        for first in stride(from: 0, to: request.departments.count, by: EtcdBatchLog.mostReads) {
            let departments = Array(request.departments[first...].prefix(EtcdBatchLog.mostReads))
            // What a member has applied by itself is enough, and takes no round of etcd's, unless it is behind.
            var found = try await standing(departments, request, isSerializable: true)
            if found.position < request.place {
                found = try await standing(departments, request, isSerializable: false)
            }
            position = min(position, found.position)
            batches.merge(found.batches) { $1 }
        }
        return StandingBatches(position: position, batches: batches)
    }

    /// Reads in one transaction of etcd, which takes 128 unless it is told otherwise.
    private static let mostReads = 100

    private func standing(
        _ departments: [PartyName], _ request: StandingRequest, isSerializable: Bool
    ) async throws -> StandingBatches {
        let wanted = departments.map { keys.batch(request.height, of: $0) }
        let reads = zip(departments, wanted).map { department, key -> JSONValue in
            [
                "requestRange": [
                    "key": .base64(key), "keys_only": .bool(!request.contents.contains(department)),
                    "serializable": .bool(isSerializable),
                ]
            ]
        }
        let answer = try await client.call("/v3/kv/txn", ["success": .array(reads)])
        guard answer.reads.count == departments.count else {
            throw EtcdError.malformedAnswer(detail: "\(answer.reads.count) answers to \(departments.count) reads")
        }
        var batches: [PartyName: StandingBatches.Batch] = [:]
        for (place, department) in departments.enumerated() {
            guard let pair = answer.reads[place].first else { continue }
            guard pair.key == wanted[place] else { throw EtcdError.malformedAnswer(detail: "a key nobody asked for") }
            let digest = request.contents.contains(department) ? Digest.sha256(keys.shortened(pair.value)) : nil
            batches[department] = StandingBatches.Batch(
                created: pair.created, newest: pair.modified, digest: digest)
        }
        return StandingBatches(position: answer.revision, batches: batches)
    }
}
