import BlobStore
import CanonicalJSON
import Foundation
import Testing

@Suite("dag-json blocks")
struct DAGJSONTests {
    struct Node: Codable, Hashable {
        let name: String
        let parts: [Link]
        let salt: LinkedBytes?
    }

    static let leaf = CID(of: Data("hello world".utf8), codec: .raw)
    static let other = CID(of: Data("other".utf8), codec: .dagJSON)

    @Test("Links and bytes are written in dag-json's forms, and read back")
    func roundTrip() throws {
        let node = Node(name: "n", parts: [Link(Self.leaf)], salt: LinkedBytes(Data([0, 1])))
        let block = try DAGJSON.encode(node)
        #expect(block.cid.codec == .dagJSON)
        #expect(
            String(decoding: block.data, as: UTF8.self)
                == #"{"name":"n","parts":[{"/":"\#(Self.leaf)"}],"salt":{"/":{"bytes":"AAE"}}}"#)
        #expect(try DAGJSON.decode(Node.self, from: block) == node)
        #expect(try DAGJSON.links(in: block) == [Self.leaf])
    }

    @Test("Links come in the order of the canonical text, each once")
    func order() throws {
        let text = #"{"z":[{"/":"\#(Self.leaf)"}],"a":{"b":{"/":"\#(Self.other)"}},"c":{"/":"\#(Self.leaf)"}}"#
        #expect(try links(text) == [Self.other, Self.leaf])
    }

    @Test("A raw block has no links, whatever its bytes say")
    func raw() throws {
        let block = try Block(Data(#"{"/":"\#(Self.leaf)"}"#.utf8), codec: .raw)
        #expect(try DAGJSON.links(in: block).isEmpty)
    }

    @Test(
        "The member name / is for links and bytes only",
        arguments: [
            #"{"/":1}"#, #"{"/":null}"#, #"{"/":[]}"#, #"{"/":{}}"#, #"{"/":{"bytes":1}}"#,
            #"{"/":{"bytes":"","x":1}}"#, #"{"/":{"/":"bafkqaaa"}}"#, #"{"/":"bafkqaaa","x":1}"#, #"[[{"a":{"/":true}}]]"#,
        ])
    func reserved(text: String) throws {
        try expect(.reservedMember, in: text)
    }

    @Test("A link has to be a CID that this module can check")
    func badLink() throws {
        try expect(.link(text: "bafkqaaa", fault: .unsupportedHash(0)), in: #"{"/":"bafkqaaa"}"#)
        try expect(.link(text: "", fault: .unsupportedBase), in: #"{"/":""}"#)
    }

    @Test("Bytes are base64 without padding, in one form", arguments: ["AA==", "A", "AB", "_w", "A A", "AAE=", "é"])
    func badBytes(text: String) throws {
        try expect(.bytes, in: #"{"/":{"bytes":"\#(text)"}}"#)
    }

    @Test(
        "What is no JSON is refused with the place", arguments: ["", "{", #"{"a":1,"a":2}"#, "[1] ", "\u{FEFF}{}", "[01]"])
    func notJSON(text: String) throws {
        let block = try Block(Data(text.utf8), codec: .dagJSON)
        if text == "[1] " {
            // White space is JSON, though not canonical: its links are clear all the same.
            #expect(try DAGJSON.links(in: block).isEmpty)
            #expect(throws: CanonicalJSONError.self) { try DAGJSON.decode([Int].self, from: block) }
            return
        }
        let error = #expect(throws: BlobStoreError.self) { try DAGJSON.links(in: block) }
        guard case .malformedDAGJSON(block.cid, .json)? = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
    }

    @Test("A value whose members break the rule is not encoded")
    func encodingRule() {
        #expect(throws: BlobStoreError.self) { try DAGJSON.encode(["/": 1]) }
        #expect(throws: BlobStoreError.self) { try DAGJSON.encode(["/": "not a CID"]) }
    }

    @Test("A value that does not fit a block is not encoded")
    func tooLarge() {
        #expect(throws: BlobStoreError.blockTooLarge(byteCount: (1 << 20) + 2, limit: 1 << 20)) {
            try DAGJSON.encode(String(repeating: "a", count: 1 << 20))
        }
    }

    private func links(_ text: String) throws -> [CID] {
        try DAGJSON.links(in: Block(Data(text.utf8), codec: .dagJSON))
    }

    private func expect(_ fault: DAGJSONFault, in text: String) throws {
        let block = try Block(Data(text.utf8), codec: .dagJSON)
        #expect(throws: BlobStoreError.malformedDAGJSON(block.cid, fault: fault)) { try DAGJSON.links(in: block) }
    }
}
