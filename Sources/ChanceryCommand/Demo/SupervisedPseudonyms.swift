import Contracts
import Foundation
import Gateway
import Ledger
import QueryPlans
import SealedTables
import SharingModel

/// One person is one number in all departments of the section, by a key that none of them has; and whose number it is,
/// is asked of the escrow.
struct SupervisedPseudonyms {
    let stage: DemoStage
    let table: SupervisedTable
    private let custodian = "audit"

    private static let row = 23

    /// Whose pseudonyms are needed, with their tables.
    private var tables: [(department: String, table: URL, schema: URL)] {
        let schema = { (name: String) in stage.policies.appending(path: "\(name).schema.json") }
        return [
            ("site1", table.file, schema("patients")), ("site2", table.visits[0], schema("visits")),
            ("site3", table.visits[1], schema("visits")),
        ]
    }

    func obtain(_ story: inout Story) async throws {
        try await story.step("The auditor draws the section's key for pseudonyms, and evaluates what it cannot read") {
            let created = try await CreatePseudonymKey().run(as: stage.session(custodian))
            var lines = ["key \(created.key.id.hex.prefix(16)), which no department has; \(created.receipt.line)"]
            for (department, table, schema) in tables {
                let obtained = try await ObtainPseudonyms(csv: table, schema: schema).run(as: stage.session(department))
                lines.append(
                    "\(department): \(Quantity.counted(obtained.values, "person")), each blinded by a number of its own"
                )
            }
            let answers = try await EvaluateRequest(nil).run(as: stage.session(custodian))
            guard answers.count == tables.count, answers.allSatisfy({ $0.refusal == nil }) else {
                throw DemoFailure(problem: "the pseudonyms were not evaluated")
            }
            let count = answers.map { Int($0.request.terms.count) }.reduce(0, +)
            return lines + [
                "the auditor multiplied \(Quantity.counted(count, "point")), with a proof for each; it has seen no value"
            ]
        }
    }

    func count(_ story: inout Story) async throws {
        try await story.step("Sites 2 and 3 publish a few patients; one who is in both is counted once") {
            for (department, table, schema) in tables.dropFirst() {
                _ = try await PublishTable(
                    csv: table, schema: schema, pool: try DemoStage.name("health"),
                    dataset: try DemoStage.name("visits-\(department)")
                ).run(as: stage.session(department))
            }
            let report = try await assess()
            let groups = try report.groups.map { group -> (year: Int64, rows: Int, subjects: Int, isReleased: Bool) in
                guard case .integer(let year)? = group.key.values.first else {
                    throw DemoFailure(problem: "a group has no year")
                }
                return (year, group.rows, group.subjects, group.verdict == .released)
            }
            guard groups.map(\.rows) == [5, 5], groups.map(\.subjects) == [4, 5],
                groups.map(\.isReleased) == [false, true]
            else { throw DemoFailure(problem: "the guard counts \(groups)") }
            return [
                "year 1: 3 rows of site 2 and 2 of site 3 are of 4 persons, as in the plain tables: fewer than 5, left out",
                "year 2: 3 and 2 again, of 5 persons: released, though neither department has five by itself",
            ]
        }
    }

    private func assess() async throws -> GuardReport {
        let office = try stage.session("statistics")
        let requested = try await office.requestToken(
            TokenWish(
                scope: .datasets(try ["site2", "site3"].map { try DemoStage.name("visits-\($0)") }),
                packs: [try DemoStage.name("care")], purpose: "spending by year", uses: 1,
                until: .after(seconds: 86_400)))
        try requested.acknowledge()
        for department in ["site2", "site3"] {
            _ = try await stage.session(department).approveToken(requested.token.hex)
        }
        return try RunQuery(
            .statement("SELECT year, SUM(meddol) FROM health GROUP BY year", of: .all), token: requested.token.hex
        ).assess(as: stage.session("statistics")).report
    }

    func identify(_ story: inout Story) async throws {
        try await story.step("The auditor asks whose a pseudonym is; two superiors grant it, and the key confirms it") {
            let auditor = try stage.session(custodian)
            let dataset: DatasetName = try DemoStage.name(SupervisedAct.dataset)
            guard let pseudonym = try auditor.pseudonyms(in: dataset, row: Self.row).pseudonyms["zper"] else {
                throw DemoFailure(problem: "row \(Self.row) has no pseudonym")
            }
            let request = try await auditor.requestIdentity(
                of: pseudonym, in: dataset, reason: "the same claim at two sites",
                until: Timestamp.now().adding(seconds: 86_400)
            ).transaction
            for holder in ["ministry", "council", "ministry"] {
                _ = try await GrantRecordOpening(request.hex).run(as: stage.session(holder))
            }
            let opened = try await OpenGrantedRecord(request.hex).run(as: stage.session(custodian))
            guard opened.value == table.identity(Self.row), opened.isConfirmed == true, let receipt = opened.receipt
            else {
                throw DemoFailure(problem: "pseudonym \(pseudonym.hex) was opened as '\(opened.value)'")
            }
            return [
                "pseudonym \(pseudonym.hex.prefix(12))… is person \(opened.value): the section's key makes it of that value",
                "site1 was told, as of every request; \(receipt.line)",
            ]
        }
    }
}
