import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import QueryPlans
import SharingModel

/// A result as `query --json` and `result show --json` print it, and as a table for people.
enum ResultDocument {
    /// What a result waits for that nobody has opened.
    /// - Parameter reports: What was found here of the parts that were reported.
    static func waiting(_ recorded: RecordedResult, _ reports: [PartReport]) -> String {
        guard !recorded.parts.isEmpty || !recorded.partRefusals.isEmpty else {
            return "computed; nobody who holds the pool's key has opened it yet"
        }
        var lines = ["computed; opened when enough holders have given their parts"]
        for part in recorded.parts {
            lines.append("\(part.holder) has given one, of epoch \(part.epoch)")
        }
        lines += reports.map { "the one of \($0.part.holder), of epoch \($0.part.epoch), is \($0.verdict.sentence)" }
        lines += recorded.partRefusals.map { "\($0.custodian) refuses: \($0.reason)" }
        return lines.joined(separator: "\n")
    }

    static func value(_ shown: ShownResult, _ reports: [PartReport]) -> JSONValue {
        .object([
            "result": .string(shown.recorded.record.id.hex), "plan": .string(shown.plan.cid.text),
            "token": .string(shown.recorded.record.token.hex), "status": .string(shown.status.rawValue),
            "computed": .string(shown.recorded.record.result.text),
            "columns": .array(shown.plan.content.select.map { .string($0.name) }),
            "rows": .array((shown.table?.rows ?? []).map { .array($0) }), "refused": refused(shown.content.refused),
            "endorsedBy": .array(shown.recorded.endorsements.map { .string($0.party.text) }),
            "disputedBy": .array(shown.recorded.disputes.map { .string($0.party.text) }),
            "partsOf": .array(shown.recorded.parts.map { .string($0.holder.text) }),
            "partsRefusedBy": .array(shown.recorded.partRefusals.map { .string($0.custodian.text) }),
            "partsReportedOf": .object(
                // Of several epochs the one that convicts.
                Dictionary(reports.map { ($0.part.holder.text, JSONValue.string($0.verdict.rawValue)) }) {
                    $0 == .string(ReportVerdict.wrong.rawValue) ? $0 : $1
                }),
        ])
    }

    static func refused(_ refusals: [ResultContent.Refusal]) -> JSONValue {
        .array(
            refusals.map { refusal in
                .object(["group": .array(refusal.values.values.map(\.json)), "reason": .string(refusal.reason)])
            })
    }

    static func table(_ table: OpenedTable) -> String {
        let numeric = table.columns.indices.map { index in
            table.rows.allSatisfy { row in
                switch row[index] {
                case .integer, .number, .null: true
                case .string(let text): text.first.map { $0 == "-" || $0.isNumber } ?? false
                default: false
                }
            }
        }
        var text = TextTable(
            columns: zip(table.columns, numeric).map { name, isNumeric in isNumeric ? .number(name) : .text(name) })
        for row in table.rows {
            text.append(cells: row.map(cell))
        }
        return text.text()
    }

    static func csv(_ table: OpenedTable) -> String {
        ([table.columns] + table.rows.map { $0.map(cell) })
            .map { $0.map(quoted).joined(separator: ",") }.joined(separator: "\n")
    }

    static func cell(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .bool(let flag): String(flag)
        default: ""
        }
    }

    /// RFC 4180, section 2.
    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
