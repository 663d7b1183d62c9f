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
        try self.init(CanonicalJSON.encode(document), .opening, of: document.result, to: recipient)
    }

    /// A holder's part of an opening travels like an opening.
    init(_ document: PartDocument, sealedTo recipient: SealingKey) throws {
        try self.init(CanonicalJSON.encode(document), .part, of: document.result, to: recipient)
    }

    private init(_ plain: Data, _ purpose: Purpose, of result: Digest, to recipient: SealingKey) throws {
        let message = try SealedMessage.seal(
            plain, to: recipient, info: purpose.info, authenticating: Data(result.bytes))
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
        try OpeningDocument(canonicalBytes: plain(.opening, of: result, with: key))
    }

    /// The plain bytes of a holder's part document.
    func openPart(of result: Digest, with key: UnsealingKey) throws -> Data {
        try plain(.part, of: result, with: key)
    }

    private func plain(_ purpose: Purpose, of result: Digest, with key: UnsealingKey) throws -> Data {
        // An opening is as large as its result has ciphertexts, and may be larger than a block.
        let message = try CanonicalJSON.decode(SealedMessage.self, from: bytes, maximumByteCount: bytes.count)
        return try message.open(with: key, info: purpose.info, authenticating: Data(result.bytes))
    }

    private enum Purpose: String {
        case opening = "chancery opening v1"
        case part = "chancery opening part v1"

        var info: Data { Data(rawValue.utf8) }
    }

    /// 64 MiB: far above what the most groups of a result need.
    private static let mostParts = 64
}

private struct SealedOpeningRoot: Codable {
    let parts: [Link]
    let version: Int
}
