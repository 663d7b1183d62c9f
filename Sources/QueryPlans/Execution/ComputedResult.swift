package import BlobStore
import Foundation
package import Paillier

/// A result as computed: its block, the ciphertexts, and what the guard said.
package struct ComputedResult: Sendable {
    package let content: ResultContent
    /// The result's own block, dag-json; its CID names the result.
    package let block: Block
    /// Raw blocks that it links to.
    package let ciphertextBlocks: [Block]
    /// In the order of ``ResultContent/Entry/ciphertext``.
    package let ciphertexts: [Ciphertext]
    package let report: GuardReport

    package var cid: CID { block.cid }
    package var releasedGroups: [GroupKey] { content.groups.map(\.values) }
    package var refusedGroups: [GroupKey] { content.refused.map(\.values) }

    /// Stores the ciphertext blocks, then the block that links to them: a crash in between leaves blocks that nothing
    /// names.
    package func store(in store: any BlobStore) throws {
        for block in ciphertextBlocks { try store.put(block) }
        try store.put(block)
    }
}

extension ResultContent {
    /// Reads a result's block, which must be in canonical form.
    package init(_ block: Block) throws {
        self = try DAGJSON.decode(ResultContent.self, from: block)
    }

    /// The ciphertexts, each checked: in range and coprime to n.
    ///
    /// - Throws: The store's errors, ``QueryPlanError/result(_:)``, `PaillierError`.
    package func loadCiphertexts(from store: any BlobStore, key: PublicKey) throws -> [Ciphertext] {
        guard key.fingerprint == self.key, key.ciphertextByteCount == ciphertexts.bytes else {
            throw QueryPlanError.result(.malformed("it was computed under another key"))
        }
        let perBlock = Ciphertexts.perBlock(bytes: ciphertexts.bytes)
        let expected = (ciphertexts.count + perBlock - 1) / perBlock
        guard ciphertexts.count >= 0, ciphertexts.blocks.count == expected else {
            throw QueryPlanError.result(.ciphertextCount(expected: expected, found: ciphertexts.blocks.count))
        }
        var loaded = [Ciphertext]()
        for (index, link) in ciphertexts.blocks.enumerated() {
            let data = try store.get(link.cid).data
            let count = min(perBlock, ciphertexts.count - index * perBlock)
            guard link.cid.codec == .raw, data.count == count * ciphertexts.bytes else {
                throw QueryPlanError.result(.malformed("block \(link.cid)"))
            }
            for start in stride(from: 0, to: data.count, by: ciphertexts.bytes) {
                let bytes = Array(data[data.startIndex + start..<data.startIndex + start + ciphertexts.bytes])
                loaded.append(try bytes.withUnsafeBytes { try Ciphertext(checkingLittleEndianLimbs: $0, under: key) })
            }
        }
        return loaded
    }

    /// The raw blocks that hold `ciphertexts`.
    static func blocks(of ciphertexts: [Ciphertext], bytes: Int) throws -> [Block] {
        let perBlock = Ciphertexts.perBlock(bytes: bytes)
        return try stride(from: 0, to: ciphertexts.count, by: perBlock).map { start in
            var data = Data()
            for ciphertext in ciphertexts[start..<min(start + perBlock, ciphertexts.count)] {
                data.append(contentsOf: ciphertext.littleEndianBytes)
            }
            return try Block(data, codec: .raw)
        }
    }
}
