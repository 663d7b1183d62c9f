package import BlobStore
package import Foundation
package import Paillier
package import SharingModel

import CanonicalJSON
import SignedEnvelopes

/// A result's opening in the clear: the plaintext of each ciphertext, with the randomness that proves it.
///
/// The ledger holds the SHA-256 of its canonical JSON as a commitment; `salt` keeps that from confirming a guess even
/// where a result has no ciphertext.
package struct OpeningDocument: Codable, Hashable, Sendable {
    /// Version of this form; 1.
    package let version: Int
    /// Id of the recorded result.
    package let result: Digest
    /// CID of the computed result.
    package let computed: CID
    /// In the order of the result's ciphertexts.
    package let openings: [Opening]
    /// 32 random bytes.
    package let salt: Data

    init(result: Digest, computed: CID, openings: [Opening]) {
        var generator = SystemRandomNumberGenerator()
        version = 1
        self.result = result
        self.computed = computed
        self.openings = openings
        salt = Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    package func commitment() throws -> Digest {
        .sha256(try CanonicalJSON.encode(self))
    }
}

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
        let message = try CanonicalJSON.decode(SealedMessage.self, from: bytes)
        let plain = try message.open(with: key, info: SealedOpening.info, authenticating: Data(result.bytes))
        return try CanonicalJSON.decode(OpeningDocument.self, from: plain)
    }

    private static let info = Data("chancery opening v1".utf8)
    /// 64 MiB: far above what the most groups of a result need.
    private static let mostParts = 64
}

private struct SealedOpeningRoot: Codable {
    let parts: [Link]
    let version: Int
}
