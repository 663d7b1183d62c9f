import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import SharingModel

struct LedgerDepartments: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "departments",
        abstract: "Show each department's awards and faults in keeping the ledger, and whose right the next block is.",
        discussion: """
            A block's writer earns an efficiency award, and each department whose cosignature the next block carries \
            a contribution award; whose cosignature it does not carry was absent. Faults are counted when enough \
            departments have reported the same.

            EXAMPLE:
              chancery ledger departments --json
            """)

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let overview = try DepartmentOverview(options.session())
        try json.print(LedgerDepartments.document(overview)) { LedgerDepartments.text(overview) }
    }

    private static func text(_ overview: DepartmentOverview) -> String {
        var table = TextTable(
            .text("department"), .number("efficiency"), .number("contribution"), .number("stood in"),
            .number("absent"), .number("invalid"), .number("misplaced"), .number("rewritten"), .text("status"),
            .text("next block"))
        for row in overview.departments {
            let (account, faults) = (row.account, row.faults)
            let numbers = [
                account.efficiencyAwards, account.contributionAwards, account.standIns, account.absences,
                faults.invalid, faults.misplaced, faults.rewritten,
            ]
            table.append(
                cells: [account.department.text] + numbers.map { String($0) } + [row.status.rawValue, right(row)])
        }
        let term = overview.term.map { ", term \($0)" } ?? ""
        return "accounting right by \(overview.mechanism.rawValue)\(term); next is height \(overview.nextHeight)\n\n"
            + table.text()
    }

    private static func right(_ row: DepartmentOverview.Row) -> String {
        guard let standing = row.standing else { return "no department now" }
        return standing.isStandIn ? "stands in, place \(standing.place)" : "place \(standing.place)"
    }

    private static func document(_ overview: DepartmentOverview) -> JSONValue {
        .object([
            "mechanism": .string(overview.mechanism.rawValue), "nextHeight": .integer(Int64(overview.nextHeight)),
            "term": overview.term.map { .integer(Int64($0)) } ?? .null,
            "departments": .array(overview.departments.map(document)),
        ])
    }

    private static func document(_ row: DepartmentOverview.Row) -> JSONValue {
        .object([
            "department": .string(row.account.department.text), "status": .string(row.status.rawValue),
            "efficiencyAwards": .integer(row.account.efficiencyAwards),
            "contributionAwards": .integer(row.account.contributionAwards),
            "standIns": .integer(row.account.standIns), "absences": .integer(row.account.absences),
            "invalid": .integer(row.faults.invalid), "misplaced": .integer(row.faults.misplaced),
            "rewritten": .integer(row.faults.rewritten),
            "place": row.standing.map { .integer(Int64($0.place)) } ?? .null,
            "standIn": row.standing.map { .bool($0.isStandIn) } ?? .null,
        ])
    }
}
