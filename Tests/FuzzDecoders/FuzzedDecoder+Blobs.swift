import BlobStore
import CanonicalJSON
import Foundation

extension FuzzedDecoder {
    private static let blobErrors: [any Error.Type] = [BlobStoreError.self, CanonicalJSONError.self]

    static let blobs: [FuzzedDecoder] = [
        FuzzedDecoder("canonical-json", .json, throws: [CanonicalJSONError.self]) { input in
            let value = try CanonicalJSON.parse(input)
            let bytes = try CanonicalJSON.serialize(value)
            try require(try CanonicalJSON.serialize(CanonicalJSON.parse(bytes)) == bytes, "the canonical form")
            let again = try CanonicalJSON.decode(JSONValue.self, from: input)
            try require(try CanonicalJSON.encode(again) == input, "what was taken for canonical")
        },
        FuzzedDecoder("cid-text", .text, throws: [BlobStoreError.self]) { input in
            let text = String(decoding: input, as: UTF8.self)
            let cid = try CID(parsing: text)
            try require(cid.text.utf8.elementsEqual(text.utf8), "the text")
            try require(try CID(bytes: cid.bytes) == cid, "the binary form")
        },
        FuzzedDecoder("cid-binary", .binary, throws: [BlobStoreError.self]) { input in
            try require(try CID(bytes: input).bytes == input, "the CID")
        },
        FuzzedDecoder("car", .binary, throws: blobErrors) { input in
            let store = MemoryBlobStore()
            let summary = try store.importCAR(from: DataSource(input))
            var sink = Data()
            let written = try store.exportDAG(roots: summary.roots, to: &sink)
            let copy = MemoryBlobStore()
            try require(try copy.importCAR(from: DataSource(sink)).roots == written.roots, "the roots")
        },
        FuzzedDecoder("dag-json", .json, throws: blobErrors) { input in
            let block = try Block(input, codec: .dagJSON)
            _ = try DAGJSON.links(in: block)
            let value = try DAGJSON.decode(JSONValue.self, from: block)
            try require(try DAGJSON.encode(value) == block, "the block")
        },
    ]
}
