import CanonicalJSON
import Foundation
import Testing

/// What stands in an etcd, read and written by its JSON gateway with Python's client.
struct EtcdKeys {
    private let url: String

    /// - Parameter line: As `Scripts/start-etcd` prints it; the first member is asked.
    init(_ line: String) {
        url = "http://" + line.dropFirst("etcd://".count).prefix { $0 != "," }
    }

    /// All keys with what they hold.
    func all() async throws -> [String: String] {
        let answer = try await call("/v3/kv/range", ["key": "AA==", "range_end": "AA=="])
        var found: [String: String] = [:]
        for pair in answer["kvs"]?.arrayValue ?? [] {
            found[text(pair["key"])] = text(pair["value"])
        }
        return found
    }

    /// The heights of the batches that stand, by department.
    func batches() async throws -> [String: [Int]] {
        var found: [String: [Int]] = [:]
        for key in try await all().keys.sorted() {
            let parts = key.split(separator: "/")
            guard parts.count > 2, parts[parts.count - 3] == "batch", let height = Int(parts[parts.count - 1]) else {
                continue
            }
            found[String(parts[parts.count - 2]), default: []].append(height)
        }
        return found
    }

    func put(_ key: String, _ value: String) async throws {
        _ = try await call(
            "/v3/kv/put",
            [
                "key": .string(Data(key.utf8).base64EncodedString()),
                "value": .string(Data(value.utf8).base64EncodedString()),
            ])
    }

    private func text(_ value: JSONValue?) -> String {
        String(decoding: value?.stringValue.flatMap { Data(base64Encoded: $0) } ?? Data(), as: UTF8.self)
    }

    private func call(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        let answer = try await Download.get(url + path, method: "POST", body: CanonicalJSON.serialize(body))
        try #require(answer.status == 200, "\(path): \(answer.problem)")
        return try CanonicalJSON.parse(answer.body, maximumByteCount: 64 << 20)
    }
}
