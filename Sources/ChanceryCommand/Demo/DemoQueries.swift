import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import QueryPlans
import SharingModel

/// What the statistics office asks, what it gets, and what it is refused.
struct DemoQueries {
    let stage: DemoStage
    let token: String

    private var decimals: Int { 7 }

    /// - Returns: The id of the result that evidence is made of.
    func run(_ story: inout Story, _ comparison: inout DemoComparison) async throws -> String {
        let main = try await spending(&story, &comparison)
        try await totals(&story, &comparison)
        try await refusal(&story)
        try await askAgain(&story, &comparison)
        try await subtraction(&story)
        try await missingValues(&story, &comparison)
        try await registered(&story, &comparison)
        try await revocation(&story)
        return main
    }

    private func spending(_ story: inout Story, _ comparison: inout DemoComparison) async throws -> String {
        let statement =
            "SELECT plan, year, AVG(meddol), SUM(meddol), VARIANCE(meddol), COUNT(*) FROM health GROUP BY plan, year"
        let (id, table) = try await story.step("It asks for spending by insurance plan and year, and gets it opened") {
            let (id, table, lines) = try await answer(statement)
            return ((id, table), lines + sample(table))
        }
        comparison.compare(
            table, with: comparison.plain.figures(of: "meddol", decimals: decimals, by: ["plan", "year"]),
            as: [.key(0), .key(1), .mean, .total, .variance, .rows])
        return id
    }

    private func totals(_ story: inout Story, _ comparison: inout DemoComparison) async throws {
        let table = try await story.step(
            "Mean, total and variance over all rows; another department endorses the result"
        ) {
            let (id, table, lines) = try await answer(
                "SELECT AVG(meddol), SUM(meddol), VARIANCE(meddol), COUNT(*) FROM health")
            let endorsed = try await EndorseRecordedResult(id).run(as: stage.session("site2"))
            guard endorsed.agrees else { throw DemoFailure(problem: "site2 found other bytes") }
            return (table, lines + sample(table) + ["site2 computed it again: the same bytes, endorsed"])
        }
        comparison.compare(
            table, with: comparison.plain.figures(of: "meddol", decimals: decimals, by: []),
            as: [.mean, .total, .variance, .rows])
    }

    private func refusal(_ story: inout Story) async throws {
        try await story.step("It asks by plan, year and site: some groups are of a few persons, and it is refused") {
            let statement = "SELECT plan, year, site, AVG(meddol) FROM health GROUP BY plan, year, site"
            let session = try stage.session("statistics")
            let (_, report) = try RunQuery(.statement(statement), token: token).assess(as: session)
            let refused = try await refused(.statement(statement))
            return [
                "\(report.refused.count) of \(report.groups.count) groups have \(report.reason); left out, they would "
                    + "follow by subtraction from what was opened in step 5"
            ] + refused
        }
    }

    private func askAgain(_ story: inout Story, _ comparison: inout DemoComparison) async throws {
        let table = try await story.step("It asks again, for three years whose groups are large enough") {
            let (_, table, lines) = try await answer(
                "SELECT plan, year, site, AVG(meddol), COUNT(*) FROM health WHERE year <= 3 GROUP BY plan, year, site")
            return (table, lines)
        }
        comparison.compare(
            table,
            with: comparison.plain.figures(of: "meddol", decimals: decimals, by: ["plan", "year", "site"]) {
                (Int($0("year")) ?? 0) <= 3
            }, as: [.key(0), .key(1), .key(2), .mean, .rows])
    }

    private func subtraction(_ story: inout Story) async throws {
        try await story.step("It asks for a total that would give one person away by subtraction, and is refused") {
            try await refused(
                .statement("SELECT SUM(meddol) FROM health WHERE plan = 16 AND year = 4 AND site <> 6"))
        }
    }

    private func missingValues(_ story: inout Story, _ comparison: inout DemoComparison) async throws {
        let table = try await story.step("A column with missing values: a mean is over what is present") {
            let (_, table, lines) = try await answer(
                "SELECT year, AVG(ghindx), COUNT(ghindx), COUNT(*) FROM health GROUP BY year")
            return (table, lines + sample(table))
        }
        comparison.compare(
            table, with: comparison.plain.figures(of: "ghindx", decimals: 1, by: ["year"]),
            as: [.key(0), .mean, .present, .rows])
    }

    private func registered(_ story: inout Story, _ comparison: inout DemoComparison) async throws {
        let table = try await story.step("A plan with a blank is registered, approved by all owners, and run by name") {
            let contract = ContractReference(name: try DemoStage.name("spending-by-plan"), version: 1)
            let session = try stage.session("statistics")
            _ = try await session.registerContract(
                ContractOffer(
                    contract: contract, summary: "mean spending by plan in one year",
                    statement: "SELECT plan, AVG(meddol), COUNT(*) FROM health WHERE year = :year GROUP BY plan",
                    parameters: [PlanParameter(name: "year", type: .integer, minimum: 1, maximum: 5)]))
            for department in DemoStage.departments {
                _ = try await stage.session(department.text).approveContract(contract)
            }
            let (_, table, lines) = try await answer(.contract(contract, parameters: ["year": .integer(1)]))
            return (table, ["\(contract) with year = 1"] + lines)
        }
        comparison.compare(
            table, with: comparison.plain.figures(of: "meddol", decimals: decimals, by: ["plan"]) { $0("year") == "1" },
            as: [.key(0), .mean, .rows])
    }

    private func revocation(_ story: inout Story) async throws {
        try await story.step("A department revokes the token: nothing more is computed or opened") {
            let statistics = try stage.session("statistics")
            let statement = "SELECT year, SUM(mdvis) FROM health GROUP BY year"
            let computed = try await RunQuery(.statement(statement), token: token).run(as: statistics)
            try computed.acknowledge()
            let receipt = try await stage.session("site1").revokeToken(token, reason: "the study has ended")
            var lines = ["site1 revoked: \(receipt?.line ?? "before")"]
            lines += try await expectRefusal("opening") {
                _ = try await OpenRecordedResult(computed.id.hex).run(as: stage.session("ministry"))
            }
            lines += try await expectRefusal("another query") {
                _ = try await RunQuery(
                    .statement("SELECT plan, SUM(mdvis) FROM health GROUP BY plan"), token: token
                ).run(as: stage.session("statistics"))
            }
            return lines
        }
    }
}

extension DemoQueries {
    private func answer(_ statement: String) async throws -> (id: String, table: OpenedTable, lines: [String]) {
        let (id, table, lines) = try await answer(.statement(statement))
        return (id, table, [statement] + lines)
    }

    /// Query, opening by the custodian, and reading by the requester.
    private func answer(_ question: Question) async throws -> (id: String, table: OpenedTable, lines: [String]) {
        let clock = ContinuousClock()
        let begin = clock.now
        let progress = RowProgress("computing")
        defer { progress.finish() }
        let computed = try await RunQuery(question, token: token)
            .run(as: stage.session("statistics"), progress: progress.executor)
        let queried = clock.now
        _ = try await OpenRecordedResult(computed.id.hex).run(
            as: stage.session("ministry"), progress: progress.executor)
        progress.finish()
        try computed.acknowledge()
        let shown = try stage.session("statistics").show(result: computed.id.hex)
        guard let table = shown.table else { throw DemoFailure(problem: "the result was not opened") }
        let ciphertexts = computed.result.content.ciphertexts
        return (
            computed.id.hex, table,
            [
                "computed on ciphertext in \(Quantity.duration(begin.duration(to: queried))): "
                    + "\(Quantity.counted(table.rows.count, "group")); crossed the boundary: "
                    + "\(Quantity.bytes(ciphertexts.count * ciphertexts.bytes)), \(computed.result.cid.text.prefix(20))…",
                "the ministry recomputed it, found the same bytes, recorded the opening and sealed it to the office",
            ]
        )
    }

    private func refused(_ question: Question) async throws -> [String] {
        try await expectRefusal("the query") {
            _ = try await RunQuery(question, token: token).run(as: stage.session("statistics"))
        }
    }

    /// Runs what has to be refused, and tells why it was.
    private func expectRefusal(_ what: String, _ body: () async throws -> Void) async throws -> [String] {
        do {
            try await body()
        } catch GatewayError.queryRefused(let reasons, let transaction) {
            return reasons.prefix(3).map { "refused: \($0)" }
                + [
                    "the refusal is on the ledger as \(transaction.map { String($0.hex.prefix(12)) } ?? ""), and took no use"
                ]
        } catch GatewayError.refusedOnLedger(let refusal, let transaction, _) {
            return ["\(what) is refused: \(refusal) (on the ledger as \(transaction.hex.prefix(12)))"]
        }
        throw DemoFailure(problem: "\(what) should have been refused")
    }

    private func sample(_ table: OpenedTable) -> [String] {
        let head = table.rows.prefix(3).map { row in
            zip(table.columns, row).map { "\($0) \(ResultDocument.cell($1))" }.joined(separator: "  ")
        }
        return head + (table.rows.count > 3 ? ["… \(table.rows.count - 3) more"] : [])
    }
}
