import CanonicalJSON
import Foundation

/// dag-json blocks: canonical JSON in which `{"/": CID}` is a link and `{"/": {"bytes": base64}}` is bytes.
///
/// The member name `/` is reserved for these two forms; an object that uses it otherwise is refused both ways.
/// - SeeAlso: <https://ipld.io/specs/codecs/dag-json/spec/>
package enum DAGJSON {
    /// Encodes `value`, whose links are ``Link`` members, as a block.
    /// - Throws: `CanonicalJSONError`, or ``BlobStoreError/malformedDAGJSON(_:fault:)`` and
    ///   ``BlobStoreError/blockTooLarge(byteCount:limit:)``.
    package static func encode(_ value: some Encodable) throws -> Block {
        let tree = try CanonicalJSON.tree(of: value)
        let block = try Block(CanonicalJSON.serialize(tree), codec: .dagJSON)
        _ = try links(in: tree, of: block.cid)
        return block
    }

    /// The inverse of ``encode(_:)``: anything but the canonical form of a `Value` is refused.
    /// - Throws: `CanonicalJSONError`, or ``BlobStoreError/malformedDAGJSON(_:fault:)``.
    package static func decode<Value: Codable>(_ type: Value.Type, from block: Block) throws -> Value {
        _ = try links(in: block)
        return try CanonicalJSON.decode(type, from: block.data, maximumByteCount: Block.maximumByteCount)
    }

    /// The blocks that `block` links to: in the order of the canonical text, each once; none for a raw block.
    ///
    /// The JSON need not be canonical, since its links are meant the same either way.
    /// - Throws: ``BlobStoreError/malformedDAGJSON(_:fault:)``.
    package static func links(in block: Block) throws(BlobStoreError) -> [CID] {
        guard block.cid.codec == .dagJSON else { return [] }
        let tree: JSONValue
        do throws(CanonicalJSONError) {
            tree = try CanonicalJSON.parse(block.data, maximumByteCount: Block.maximumByteCount)
        } catch {
            throw .malformedDAGJSON(block.cid, fault: .json(error))
        }
        return try links(in: tree, of: block.cid)
    }

    private static func links(in tree: JSONValue, of cid: CID) throws(BlobStoreError) -> [CID] {
        do throws(DAGJSONFault) {
            var collector = LinkCollector()
            try collector.collect(tree)
            return collector.links
        } catch {
            throw .malformedDAGJSON(cid, fault: error)
        }
    }
}

/// Walks JSON no deeper than the parser lets it be.
private struct LinkCollector {
    private(set) var links = [CID]()
    private var seen = Set<CID>()

    mutating func collect(_ value: JSONValue) throws(DAGJSONFault) {
        switch value {
        case .array(let elements):
            for element in elements { try collect(element) }
        case .object(let members):
            if let reserved = members["/"] {
                guard members.count == 1 else { throw .reservedMember }
                try collect(reserved: reserved)
            } else {
                // RFC 8785 sorts names by UTF-16 code units.
                for (_, member) in members.sorted(by: { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }) {
                    try collect(member)
                }
            }
        case .null, .bool, .integer, .number, .string: break
        }
    }

    private mutating func collect(reserved: JSONValue) throws(DAGJSONFault) {
        switch reserved {
        case .string(let text):
            do throws(BlobStoreError) {
                let cid = try CID(parsing: text)
                if seen.insert(cid).inserted { links.append(cid) }
            } catch {
                guard case .malformedCID(let text, let fault) = error else { throw .reservedMember }
                throw .link(text: text, fault: fault)
            }
        case .object(let members):
            guard members.count == 1, case .string(let text)? = members["bytes"] else { throw .reservedMember }
            guard UnpaddedBase64.bytes(of: text) != nil else { throw .bytes }
        default: throw .reservedMember
        }
    }
}
