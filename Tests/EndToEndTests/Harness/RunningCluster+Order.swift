import CanonicalJSON
import Contracts
import Foundation
import Testing

/// What anybody who gets to etcd can do there: the departments' batches as etcd has them.
extension RunningCluster {
    /// Writes over whatever stands in the place of a department's batch.
    func put(_ batch: Data, asBatchOf department: String, height: Int) async throws {
        let digits = String(repeating: "0", count: 12 - String(height).count) + String(height)
        let key = Data("\(try batches)\(department)/\(digits)".utf8).base64EncodedString()
        _ = try await call("/v3/kv/put", ["key": .string(key), "value": .string(batch.base64EncodedString())])
    }

    /// The heights of a department's batches, ascending.
    func heights(ofBatchesBy department: String) async throws -> [Int] {
        let prefix = "\(try batches)\(department)/"
        let end = String(prefix.dropLast()) + "0"
        let answer = try await call(
            "/v3/kv/range",
            [
                "key": .string(Data(prefix.utf8).base64EncodedString()), "keys_only": true,
                "range_end": .string(Data(end.utf8).base64EncodedString()),
            ])
        return (answer["kvs"]?.arrayValue ?? []).compactMap { pair in
            let key = pair["key"]?.stringValue.flatMap { Data(base64Encoded: $0) } ?? Data()
            return Int(String(decoding: key, as: UTF8.self).dropFirst(prefix.count))
        }.sorted()
    }

    private var batches: String {
        get throws { "\(try consortium.identity().origin)/batch/" }
    }

    private func call(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        let member = try #require(etcd.line.dropFirst("etcd://".count).split(separator: ",").first)
        let answer = try await Download.get(
            "http://\(member)\(path)", method: "POST", body: CanonicalJSON.serialize(body))
        #expect(answer.status == 200, "\(answer.problem)")
        return try CanonicalJSON.parse(answer.body)
    }
}
