import BlobStore
import CanonicalJSON
import QueryPlans

/// What the disclosure guard says, group by group: for people and for programs.
enum GuardDocument {
    static func value(_ report: GuardReport, _ plan: Plan) -> JSONValue {
        .object([
            "plan": .string(plan.cid.text), "allowed": .bool(report.allows),
            "minimumSubjects": .integer(Int64(report.minimumSubjects)),
            "groups": .array(
                report.groups.map { group in
                    .object([
                        "group": .array(group.key.values.map(\.json)), "rows": .integer(Int64(group.rows)),
                        "subjects": .integer(Int64(group.subjects)), "released": .bool(group.verdict == .released),
                        "reason": group.explanation(minimumSubjects: report.minimumSubjects).map { .string($0) }
                            ?? .null,
                    ])
                }),
            "subtractions": .array(
                report.subtractions.map { .string($0.explanation(minimumSubjects: report.minimumSubjects)) }),
        ])
    }

    /// Refused groups in full; released ones are only counted.
    static func text(_ report: GuardReport) -> String {
        var lines = [
            "\(report.released.count) of \(Quantity.counted(report.groups.count, "group")) could be released"
        ]
        if !report.refused.isEmpty {
            var table = TextTable(.text("refused group"), .number("rows"), .number("subjects"), .text("reason"))
            for group in report.refused {
                table.append(
                    group.key.description, String(group.rows), String(group.subjects),
                    group.explanation(minimumSubjects: report.minimumSubjects) ?? "")
            }
            lines += ["", table.text(), ""]
        }
        lines += report.subtractions.map { $0.explanation(minimumSubjects: report.minimumSubjects) }
        lines.append(
            report.allows
                ? "the query would run; nothing was written and no use was taken"
                : "the query would be refused whole; nothing was written and no use was taken")
        return lines.joined(separator: "\n")
    }
}
