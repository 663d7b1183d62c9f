import BlobStore
import Contracts
import Evidence
import Foundation
import Gateway
import Ledger
import Paillier
import QueryPlans
import SharingModel

/// A result is opened by holders of whom one refuses and one forges.
struct SupervisedOpening {
    let stage: DemoStage
    let table: SupervisedTable

    private static let statement = "SELECT year, SUM(meddol), AVG(meddol), COUNT(*) FROM health GROUP BY year"

    func run(_ story: inout Story, _ comparison: inout DemoComparison) async throws {
        let result = try await compute(&story)
        try await tooFew(result, &story)
        let opened = try await open(result, &story)
        comparison.compare(opened, with: table.figures, as: [.key(0), .total, .mean, .rows])
        try await check(result, &story)
    }

    private func compute(_ story: inout Story) async throws -> String {
        try await story.step("The statistics office computes spending by year on the ciphertext") {
            let office = try stage.session("statistics")
            let requested = try await office.requestToken(
                TokenWish(
                    scope: .pool(try DemoStage.name("health")), packs: [try DemoStage.name("care")],
                    purpose: "spending by year", uses: 1, until: .after(seconds: 86_400)))
            try requested.acknowledge()
            _ = try await stage.session("site1").approveToken(requested.token.hex)
            let computed = try await RunQuery(.statement(Self.statement), token: requested.token.hex)
                .run(as: stage.session("statistics"))
            try computed.acknowledge()
            return (computed.id.hex, [Self.statement, "result \(computed.id.hex.prefix(12)); nothing is opened yet"])
        }
    }

    private func tooFew(_ result: String, _ story: inout Story) async throws {
        try await story.step("Site 2 refuses; site 1 gives its part; site 3 signs a part that is wrong") {
            let refused = try await OpenWithShares(result).refuse(
                as: stage.session("site2"), reason: "not before our council has met")
            _ = try await OpenWithShares(result).give(as: stage.session("site1"))
            let forged = try await DemoForgery(stage: stage).forge(partOf: result, as: "site3")
            return [
                "site2: refused, \(refused.line)", "site3: a part that is not its share's, \(forged.line)",
                try await DemoStage.expectRefusal("opening from these") {
                    _ = try await CombineParts(result).run(as: stage.session("statistics"))
                },
            ]
        }
    }

    private func open(_ result: String, _ story: inout Story) async throws -> OpenedTable {
        try await story.step("Sites 4 and 5 give theirs: three right parts are enough, and the forger is named") {
            for holder in ["site4", "site5"] { _ = try await OpenWithShares(result).give(as: stage.session(holder)) }
            let combined = try await CombineParts(result, reports: true).run(as: stage.session("statistics"))
            guard combined.faults.map(\.holder.text) == ["site3"], let fault = combined.faults.first,
                let report = fault.report
            else { throw DemoFailure(problem: "the forged part was not found") }
            let shown = try stage.session("statistics").show(result: result)
            guard let table = shown.table else { throw DemoFailure(problem: "the result was not opened") }
            return (
                table,
                [
                    "the part of \(fault.holder) \(fault.problem); for all to see in transaction \(report.hex.prefix(12))",
                    "opened from the parts of \(combined.holders.map(\.text).joined(separator: ", ")), recorded first",
                ]
                    + table.rows.map { row in
                        zip(table.columns, row).map { "\($0) \(ResultDocument.cell($1))" }.joined(separator: "  ")
                    }
            )
        }
    }

    private func check(_ result: String, _ story: inout Story) async throws {
        try await story.step("An outsider checks the parts' proofs offline") {
            for department in SupervisedAct.holders { _ = try stage.session(department).cosign() }
            let file = try stage.folder.file("shares.evidence")
            _ = try ExportEvidence(result).run(as: stage.session("statistics"), to: file)
            guard let local = stage.consortium else { throw DemoFailure(problem: "there is no consortium") }
            let report = try EvidenceVerifier(pinned: local.consortium.record).verify(
                EvidenceFile(reading: file), shards: FileBlobStore(directory: local.blobs))
            guard report.proven.contains(where: { $0.contains("is in shares") }) else {
                throw DemoFailure(problem: "the evidence does not prove the parts")
            }
            return report.proven.filter { $0.contains("share") }.map { "proven: \($0)" }
                + report.notProven.map { "not proven: \($0)" }
        }
    }
}
