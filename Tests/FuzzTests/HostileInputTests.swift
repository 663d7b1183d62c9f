import BlobStore
import CanonicalJSON
import Evidence
import Foundation
import FuzzDecoders
import SealedTables
import TestSupport
import Testing

/// Inputs that were found by reading, and are too large for a corpus.
@Suite("Small inputs that would have had large effects")
struct HostileInputTests {
    private static let corpora = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpora")

    @Test("Index entries whose rows add up beyond 2^63 are refused: the sum trapped")
    func rowSum() throws {
        let indexed = try Data(contentsOf: Self.corpora.appending(path: "manifest/indexed.json"))
        guard case .object(var members) = try CanonicalJSON.parse(indexed),
            let entry = members["indexes"]?.arrayValue?.first, case .object(var index) = entry
        else {
            Issue.record("the corpus has an indexed manifest")
            return
        }
        index["rows"] = .integer(1 << 52)
        members["indexes"] = .array(Array(repeating: .object(index), count: 2_049))
        let block = try Block(CanonicalJSON.serialize(.object(members)), codec: .dagJSON)
        #expect(throws: SealedTableError.self) { try Manifest(block) }
    }

    @Test("An evidence file that names its blocks again and again is refused before they are read again")
    func repeatedLinks() throws {
        let file = Self.corpora.appending(path: "evidence/result.evidence")
        let content = try EvidenceFile(reading: file).content
        let opening = try #require(content.opening).map(\.cid)
        let transactions = content.transactions.map(\.cid)
        let altered = [
            (transactions + transactions, opening),
            (transactions, Array(repeating: opening[0], count: 10_000)),
        ]
        for (transactions, opening) in altered {
            let store = MemoryBlobStore()
            try store.importCAR(from: file, completeness: .rootsOnly)
            let root = try DAGJSON.encode(
                EvidenceContent(
                    consortium: content.consortium, section: content.section, result: content.result,
                    founding: content.founding.cid, checkpoint: content.checkpoint, transactions: transactions,
                    plan: content.plan.cid, computed: content.computed.cid, opening: opening))
            var car = Data()
            var writer = try CARWriter(roots: [root.cid], to: &car)
            for block in try [root] + store.cids().map(store.get) { try writer.append(block, to: &car) }
            let folder = TestFolder()
            try car.write(to: folder.url("repeated.evidence"))
            #expect(throws: EvidenceError.self) { try EvidenceFile(reading: folder.url("repeated.evidence")) }
        }
    }

    @Test("A policy of aliases of aliases is refused at once")
    func aliases() throws {
        var text = "name: x\na0: &a0 [x, x]\n"
        for level in 1...40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        text += "? *a40\n: 1\n"
        let decoder = try #require(FuzzedDecoder.named("policy"))
        #expect(decoder.run(Data(text.utf8)) == .refused)
    }
}
