import CanonicalJSON
import Contracts
import Foundation
import Ledger
import SharingModel
import SignedEnvelopes

extension TestCluster {
    /// Transactions of about 1.5 KB each, all different.
    func requests(_ count: Int, from first: Int = 0) throws -> [Envelope] {
        try (first..<first + count).map { number in
            try consortium.envelope(
                consortium.request(purpose: "\(number) " + String(repeating: "x", count: 900)), by: "statistics")
        }
    }

    /// A batch as a department can make it with its own key, as docs/ordering.md gives its bytes.
    func largeBatch(of envelopes: [Envelope], by party: String, after head: StoredBlock) throws -> Data {
        let ledger = try self["site1"].ledger
        let previous = try ledger.read { try $0.cosignatures(height: head.height) }
        var content = TestCluster.frame(try CanonicalJSON.encode(previous))
        for envelope in envelopes { content.append(TestCluster.frame(try envelope.canonicalBytes())) }
        let header: JSONValue = [
            "by": .string(party), "content": .string(Digest.sha256(content).hex),
            "height": .integer(Int64(head.height + 1)), "ledger": try CanonicalJSON.tree(of: ledger.identity),
            "parent": .string(head.root.hex),
        ]
        let signed = try Envelope.sign(
            payload: CanonicalJSON.serialize(header), payloadType: "application/vnd.chancery.batch.v1+json",
            with: [consortium.key(party)])
        return Data("chancery-batch-v1\n".utf8) + TestCluster.frame(try signed.canonicalBytes()) + content
    }

    static func frame(_ content: Data) -> Data {
        Data((0..<4).map { UInt8(truncatingIfNeeded: content.count >> (24 - 8 * $0)) }) + content
    }
}
