import CanonicalJSON
import Contracts
import Foundation
import Ledger
import SharingModel
import SignedEnvelopes
import Testing
import TransparencyLog

/// Builds the ledger's tree again from its export alone.
func checkExport(of ledger: Ledger) throws {
    var text = Data()
    try ledger.export { text += $0 }
    let lines = text.split(separator: UInt8(ascii: "\n")).map { Data($0) }
    let first = try CanonicalJSON.parse(try #require(lines.first))
    #expect(first["format"] == "chancery-ledger")
    #expect(first["section"]?.stringValue == ledger.identity.section.text)
    var tree = MerkleTree()
    for line in lines.dropFirst() {
        let block = try CanonicalJSON.decode(ExportedBlock.self, from: line)
        for envelope in block.envelopes { tree.append(try envelope.canonicalBytes()) }
        tree.append(try CanonicalJSON.encode(block.record))
        #expect(tree.size == block.size && tree.root == block.root)
        let outcomes = MerkleTree(entries: try block.outcomes.map { try CanonicalJSON.encode($0) })
        #expect(outcomes.root == block.record.outcomes)
        #expect(
            block.checkpoint.hasPrefix(
                try Checkpoint(
                    origin: ledger.policy.origin, size: block.size, root: block.root
                ).text))
    }
    #expect(tree.size == (try ledger.head()?.size ?? 0))
}
