import BlobStore
import CanonicalJSON
import Evidence
import Foundation
import Ledger
import Multiprecision
import Paillier
import QueryPlans
import SealedTables
import TransparencyLog

extension FuzzedDecoder {
    private static let planErrors: [any Error.Type] = [
        QueryPlanError.self, CanonicalJSONError.self, BlobStoreError.self,
    ]

    static let plans: [FuzzedDecoder] = [
        FuzzedDecoder("select", .text, throws: [QueryPlanError.self, CanonicalJSONError.self]) { input in
            let text = String(decoding: input, as: UTF8.self)
            let statement = try SelectStatement.parse(text)
            let datasets = try FuzzFixture.shared.get().datasets
            let template = try statement.bind(
                source: .dataset(datasets[0].manifest.name), datasets: datasets.map(\.cid),
                scope: ColumnScope(datasets.map(\.manifest)))
            try require(try PlanTemplate(data: template.data) == template, "the template")
        },
        FuzzedDecoder("expression", .text, throws: [QueryPlanError.self]) { input in
            let expression = try UnboundExpression.parse(String(decoding: input, as: UTF8.self))
            let bound = try expression.bind { name, _ in name }
            let again = try UnboundExpression.parse(bound.text).bind { name, _ in name }
            try require(again.text.utf8.elementsEqual(bound.text.utf8), "the canonical text")
        },
        FuzzedDecoder("plan", .json, throws: planErrors) { input in
            let plan: Plan
            do {
                plan = try Plan(data: input)
            } catch {
                try require(try PlanTemplate(data: input).data == input, "the template")
                throw error
            }
            try require(plan.block.data == input, "the plan")
            _ = try BoundPlan(plan, datasets: FuzzFixture.shared.get().datasets)
        },
        FuzzedDecoder("result", .json, throws: planErrors + [PaillierError.self]) { input in
            let fixture = try FuzzFixture.shared.get()
            let content = try ResultContent(Block(input, codec: .dagJSON))
            try content.check(against: fixture.plan)
            let key = fixture.key
            let store = OneBlockStore(
                try Data(contentsOf: FuzzFixture.corpora.appending(path: "result-ciphertexts/table")))
            let ciphertexts = try content.loadCiphertexts(from: store, key: key.publicKey)
            _ = try OpenedTable(content, of: fixture.plan, plaintexts: try ciphertexts.map { try key.decrypt($0) })
        },
        FuzzedDecoder("result-ciphertexts", .binary, throws: planErrors + [PaillierError.self]) { input in
            let fixture = try FuzzFixture.shared.get()
            let document = try Data(contentsOf: FuzzFixture.corpora.appending(path: "result/table.json"))
            let content = try ResultContent(Block(document, codec: .dagJSON))
            let ciphertexts = try content.loadCiphertexts(from: OneBlockStore(input), key: fixture.key.publicKey)
            let plaintexts = try ciphertexts.map { try fixture.key.decrypt($0) }
            _ = try OpenedTable(content, of: fixture.plan, plaintexts: plaintexts)
        },
        FuzzedDecoder("opening-document", .json, throws: [CanonicalJSONError.self]) { input in
            let document = try OpeningDocument(canonicalBytes: input)
            try require(try CanonicalJSON.encode(document) == input, "the document")
        },
        FuzzedDecoder("part-document", .json, throws: [CanonicalJSONError.self]) { input in
            let document = try PartDocument(canonicalBytes: input)
            try require(try CanonicalJSON.encode(document) == input, "the document")
        },
        FuzzedDecoder("cell-opening", .json, throws: [CanonicalJSONError.self]) { input in
            let document = try CanonicalJSON.decode(CellOpening.self, from: input)
            try require(try CanonicalJSON.encode(document) == input, "the document")
        },
    ]

    static let evidence = FuzzedDecoder(
        "evidence", .binary, share: 0.1,
        throws: planErrors + [
            EvidenceError.self, LedgerError.self, TransparencyLogError.self, SealedTableError.self, PaillierError.self,
        ]
    ) { input in
        try FuzzFolder.with("result.evidence", RelinkedCAR(input).bytes) { folder in
            switch try EvidenceSubject(reading: folder.appending(path: "result.evidence")) {
            case .result(let file): _ = try EvidenceVerifier().verify(file)
            case .cell(let file): _ = try EvidenceVerifier().verify(file)
            }
        }
    }
}
