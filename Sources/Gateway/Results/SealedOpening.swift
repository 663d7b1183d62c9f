import BlobStore
import CanonicalJSON
import Evidence
import Foundation
import SharingModel
import SignedEnvelopes

/// An opening that its requester alone can read: the sealed bytes, cut into blocks under one dag-json block.
struct SealedOpening {
    /// The sealed message's canonical JSON.
    let bytes: Data
    /// The raw blocks in order, then the block that links to them, whose CID names the opening.
    let blocks: [Block]

    var cid: CID { blocks[blocks.count - 1].cid }

    init(bytes: Data) throws {
        self.bytes = bytes
        let size = Block.maximumByteCount
        guard bytes.count <= SealedOpening.mostParts * size else {
            throw GatewayError.openingDamaged(
                problem: "it has \(bytes.count) bytes, and at most \(SealedOpening.mostParts * size) can be read")
        }
        let parts = try stride(from: 0, to: bytes.count, by: size).map { start in
            try Block(Data(bytes.dropFirst(start).prefix(size)), codec: .raw)
        }
        let root = try DAGJSON.encode(SealedOpeningRoot(parts: parts.map { Link($0.cid) }, version: 1))
        blocks = parts + [root]
    }

    init(_ document: OpeningDocument, sealedTo recipient: SealingKey) throws {
        let message = try SealedMessage.seal(
            CanonicalJSON.encode(document), to: recipient, info: SealedOpening.info,
            authenticating: Data(document.result.bytes))
        try self.init(bytes: CanonicalJSON.encode(message))
    }

    /// - Throws: The store's errors; ``GatewayError/openingDamaged(problem:)``.
    init(loading cid: CID, from store: some BlobStore) throws {
        let root = try DAGJSON.decode(SealedOpeningRoot.self, from: store.get(cid))
        guard root.version == 1, root.parts.count <= SealedOpening.mostParts else {
            throw GatewayError.openingDamaged(problem: "\(cid) is not a sealed opening of a known form")
        }
        try self.init(bytes: root.parts.reduce(into: Data()) { try $0.append(store.get($1.cid).data) })
        guard self.cid == cid else {
            throw GatewayError.openingDamaged(problem: "\(cid) is not cut as sealed openings are")
        }
    }

    func store(in store: some BlobStore) throws {
        for block in blocks { try store.put(block) }
    }

    func open(of result: Digest, with key: UnsealingKey) throws -> OpeningDocument {
        // An opening is as large as its result has ciphertexts, and may be larger than a block.
        let message = try CanonicalJSON.decode(SealedMessage.self, from: bytes, maximumByteCount: bytes.count)
        let plain = try message.open(with: key, info: SealedOpening.info, authenticating: Data(result.bytes))
        return try OpeningDocument(canonicalBytes: plain)
    }

    private static let info = Data("chancery opening v1".utf8)
    /// 64 MiB: far above what the most groups of a result need.
    private static let mostParts = 64
}

private struct SealedOpeningRoot: Codable {
    let parts: [Link]
    let version: Int
}
