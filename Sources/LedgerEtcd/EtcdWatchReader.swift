import CanonicalJSON
package import Foundation

/// Reads the stream of a watch: one JSON document a line, with changes in the order of their revisions.
///
/// A stream that does not keep to that order (changes that come again, or later ones first) was not etcd's: nothing more
/// of it is believed, and the watch begins anew behind the last change that was.
package struct EtcdWatchReader {
    /// What came of a line that has not ended. A document may come in many chunks, and a chunk may hold many.
    private var unread = Data()
    /// Of the last change that was read.
    private var revision: Int64

    /// - Parameter revision: The first that was asked for.
    package init(from revision: Int64) { self.revision = revision - 1 }

    /// Calls `body` with all that is whole. Base64 holds no line feed, which is what the gateway puts behind each document.
    /// - Throws: ``EtcdError``, and what `body` throws.
    package mutating func take(_ chunk: some Collection<UInt8>, _ body: (EtcdChange) throws -> Void) throws {
        var rest = chunk[...]
        while let end = rest.firstIndex(of: 0x0A) {
            unread.append(contentsOf: rest[..<end])
            rest = rest[rest.index(after: end)...]
            let line = unread
            unread = Data()
            if !line.isEmpty { try read(EtcdAnswer.document(line), body) }
        }
        guard unread.count + rest.count <= EtcdAnswer.largestByteCount else {
            throw EtcdError.malformedAnswer(detail: "a line without end")
        }
        unread.append(contentsOf: rest)
    }

    private mutating func read(_ answer: JSONValue, _ body: (EtcdChange) throws -> Void) throws {
        if let error = answer["error"] {
            throw EtcdError.watchEnded(detail: error["message"]?.stringValue ?? "no reason given")
        }
        guard let result = answer["result"] else {
            throw EtcdError.malformedAnswer(detail: "a watch without result")
        }
        let oldest = try result.number("compact_revision")
        if oldest > 0 { throw EtcdError.compacted(oldest: oldest) }
        // Without permission the watch is made, with this id, and then ended.
        guard result["canceled"]?.boolValue != true, try result.number("watch_id") >= 0 else {
            throw EtcdError.watchEnded(detail: result["cancel_reason"]?.stringValue ?? "no permission")
        }
        var newest = revision
        guard let header = result["header"] else { throw EtcdError.malformedAnswer(detail: "a watch without header") }
        let reached = try header.number("revision")
        for event in result["events"]?.arrayValue ?? [] {
            let change = try EtcdChange(event)
            // One transaction may make several changes; they come in one answer.
            guard change.revision > revision, change.revision >= newest else {
                throw EtcdError.malformedAnswer(
                    detail: "a change of revision \(change.revision) behind that of \(newest)")
            }
            guard change.revision <= reached else {
                throw EtcdError.malformedAnswer(detail: "a change of revision \(change.revision) at \(reached)")
            }
            newest = change.revision
            try body(change)
        }
        revision = newest
    }
}

/// One write or deletion.
package struct EtcdChange: Hashable, Sendable {
    package let revision: Int64
    package let key: String
    /// `nil` for a deletion.
    package let value: Data?
    /// Whether this write made the key.
    package let isFirst: Bool

    /// What a key holds, as the change that wrote it.
    init(standing pair: EtcdAnswer.Pair) {
        (revision, key, value) = (pair.modified, pair.key, pair.value)
        isFirst = pair.created == pair.modified
    }

    fileprivate init(_ event: JSONValue) throws(EtcdError) {
        guard let pair = event["kv"] else { throw .malformedAnswer(detail: "an event without key") }
        revision = try pair.number("mod_revision")
        key = String(decoding: try pair.bytes("key"), as: UTF8.self)
        switch event["type"]?.stringValue {
        case "DELETE": value = nil
        case nil, "PUT": value = try pair.bytes("value")
        case let type?: throw .malformedAnswer(detail: "an event of type \(type)")
        }
        isFirst = try pair.number("create_revision") == revision
    }
}
