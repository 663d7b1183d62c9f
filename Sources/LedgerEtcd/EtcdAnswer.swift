import CanonicalJSON
package import Foundation

/// What etcd's v3 API answers to one call, as its JSON gateway writes it: 64-bit numbers as texts, keys and values in
/// base64, false, zero and empty members left out.
///
/// What does not read is no answer. A member that is left out means zero, so an answer cut down to `{}` would say that
/// a key is not there; hence every answer has to have the header that etcd never leaves out.
package struct EtcdAnswer: Hashable, Sendable {
    /// The cluster's number, which it keeps for as long as it exists.
    package let cluster: UInt64
    /// The cluster's, when it answered; at least 1.
    package let revision: Int64
    /// Keys in the range that was asked for.
    package let count: Int64
    package let pairs: [Pair]
    /// Whether the range holds more than was asked for at once.
    package let hasMore: Bool
    /// Of a transaction, what each of its reads gave, in order.
    package let reads: [[Pair]]

    package struct Pair: Hashable, Sendable {
        package let keyBytes: Data
        /// Empty where only keys were asked for.
        package let value: Data
        /// The revision that made the key.
        package let created: Int64
        /// The revision that wrote this value.
        package let modified: Int64

        package var key: String { String(decoding: keyBytes, as: UTF8.self) }
    }

    /// Largest answer that is read, in bytes.
    static let largestByteCount = 64 << 20

    package init(parsing data: Data) throws(EtcdError) {
        let document = try EtcdAnswer.document(data)
        guard let header = document["header"] else { throw .malformedAnswer(detail: "an answer without header") }
        revision = try header.number("revision")
        guard revision > 0 else { throw .malformedAnswer(detail: "an answer without revision") }
        guard let cluster = header["cluster_id"]?.stringValue.flatMap({ UInt64($0) }) else {
            throw .malformedAnswer(detail: "an answer without the cluster's number")
        }
        self.cluster = cluster
        count = try document.number("count")
        guard count >= 0 else { throw .malformedAnswer(detail: "a count of \(count)") }
        pairs = try EtcdAnswer.pairs(of: document)
        hasMore = document["more"]?.boolValue == true
        var reads: [[Pair]] = []
        for response in document["responses"]?.arrayValue ?? [] {
            if let range = response["response_range"] { reads.append(try EtcdAnswer.pairs(of: range)) }
        }
        self.reads = reads
    }

    private static func pairs(of range: JSONValue) throws(EtcdError) -> [Pair] {
        var pairs: [Pair] = []
        for pair in range["kvs"]?.arrayValue ?? [] {
            pairs.append(
                Pair(
                    keyBytes: try pair.bytes("key"), value: try pair.bytes("value"),
                    created: try pair.number("create_revision"), modified: try pair.number("mod_revision")))
        }
        return pairs
    }

    static func document(_ data: Data) throws(EtcdError) -> JSONValue {
        do {
            return try CanonicalJSON.parse(data, maximumByteCount: largestByteCount)
        } catch {
            throw .malformedAnswer(detail: "\(error)")
        }
    }
}

extension JSONValue {
    /// Keys and values go in standard base64.
    static func base64(_ text: String) -> JSONValue { .string(Data(text.utf8).base64EncodedString()) }
    static func base64(_ bytes: Data) -> JSONValue { .string(bytes.base64EncodedString()) }

    /// A 64-bit number; zero where it is left out.
    func number(_ name: String) throws(EtcdError) -> Int64 {
        guard let member = self[name] else { return 0 }
        guard let number = member.integerValue ?? member.stringValue.flatMap({ Int64($0) }) else {
            throw .malformedAnswer(detail: "\(name) is no number")
        }
        return number
    }

    /// Bytes; none where they are left out.
    func bytes(_ name: String) throws(EtcdError) -> Data {
        guard let member = self[name] else { return Data() }
        guard let bytes = member.stringValue.flatMap({ Data(base64Encoded: $0) }) else {
            throw .malformedAnswer(detail: "\(name) is no base64")
        }
        return bytes
    }
}
