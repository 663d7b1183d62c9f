import ArgumentParser
import BlobStore
import CanonicalJSON
import Contracts
import Gateway
import SharingModel

struct EscrowNotices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notices",
        abstract: "What you were told of requests: for your own sealed records, or where the policy names you.",
        discussion: """
            A notice stands in the same entry of the ledger as what it tells of. Of each request the last word is shown.

            EXAMPLE:
              chancery escrow notices --as site1
            """)

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let session = try options.session()
        let notices = try session.state { try $0.escrowNotices(to: session.party) }.sorted { $0.at < $1.at }
        try json.print(JSONValue.object(["notices": .array(notices.map(Self.document))])) {
            notices.isEmpty ? "nobody has asked" : Self.table(notices)
        }
    }

    private static func document(_ notice: EscrowNotice) -> JSONValue {
        var fields: [String: JSONValue] = [
            "request": .string(notice.request.hex), "requester": .string(notice.requester.text),
            "owner": .string(notice.owner.text), "reason": .string(notice.reason),
            "at": .string(notice.at.description), "event": .string(notice.event.rawValue),
        ]
        switch notice.what {
        case .cell(let cell):
            fields["manifest"] = .string(cell.manifest.text)
            (fields["row"], fields["field"]) = (.integer(cell.row), .string(cell.field))
        case .result(let result): fields["result"] = .string(result.hex)
        }
        return .object(fields)
    }

    private static func what(_ notice: EscrowNotice) -> String {
        switch notice.what {
        case .cell(let cell): "row \(cell.row), column \(cell.field)"
        case .result(let result): "result \(result.hex.prefix(12))"
        }
    }

    private static func table(_ notices: [EscrowNotice]) -> String {
        var table = TextTable(
            .text("at"), .text("request"), .text("by"), .text("owner"), .text("what"), .text("event"),
            .text("reason"))
        for notice in notices {
            table.append(
                notice.at.description, String(notice.request.hex.prefix(12)), notice.requester.text,
                notice.owner.text, what(notice), notice.event.rawValue, notice.reason)
        }
        return table.text()
    }
}
