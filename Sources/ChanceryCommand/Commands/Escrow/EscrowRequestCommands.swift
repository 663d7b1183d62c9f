import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import SealedTables
import SharingModel

struct RequestOpeningCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Ask the holders of a department's escrow to open one cell of a sealed column to you.",
        discussion: """
            The department is told by the same entry on the ledger. Rows are counted from 0, in the order of the \
            published table. Whose a pseudonym is, is asked for with --pseudonym in place of row and column.

            EXAMPLE:
              chancery escrow request site1-2026 --row 17 --field name --reason "case 4/2026" --as audit
            """)

    @Argument(help: "The dataset's name.")
    var dataset: DatasetName

    @Option(help: ArgumentHelp("The row, from 0.", valueName: "n"))
    var row: Int?

    @Option(help: ArgumentHelp("The sealed column, or a pseudonym column.", valueName: "column"))
    var field: String?

    @Option(help: ArgumentHelp("A pseudonym of the dataset, in 32 hexadecimal digits.", valueName: "hex"))
    var pseudonym: String?

    @Option(help: ArgumentHelp("Why; everybody can read it.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("How long it stands: a date, a time, or 90d. (default: 30d)", valueName: "time"))
    var until: TimeArgument?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard row ?? 0 >= 0 else { throw ValidationError("--row counts from 0") }
        guard (row == nil) == (field == nil), (row == nil) != (pseudonym == nil) else {
            throw ValidationError("say which cell: --row and --field, or --pseudonym")
        }
        guard pseudonym.map({ Pseudonym(hex: $0) != nil }) ?? true else {
            throw ValidationError("--pseudonym takes 32 hexadecimal digits, lower case")
        }
    }

    func run() async throws {
        let session = try options.session()
        let end = until?.moment(now: .now()) ?? Timestamp.now().adding(seconds: 30 * 86_400)
        let receipt: Receipt
        if let pseudonym = pseudonym.flatMap(Pseudonym.init(hex:)) {
            receipt = try await session.requestIdentity(of: pseudonym, in: dataset, reason: reason, until: end)
        } else if let row, let field {
            receipt = try await session.requestOpening(
                of: dataset, row: row, field: field, reason: reason, until: end)
        } else {
            throw CleanExit.helpRequest(self)
        }
        let request = try session.state { try $0.escrowRequest(receipt.transaction) }
        try json.print(
            receipt.document(["request": .string(receipt.transaction.hex), "status": .string("requested")])
        ) {
            let cell = request.map { "row \($0.terms.cell.row), column \($0.terms.cell.field) of " } ?? ""
            return "request \(receipt.transaction.hex.prefix(12)): \(cell)\(dataset)\n\(receipt.line)"
        }
    }
}

struct GrantOpeningCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Give your part of opening what a request names, sealed to who asked.",
        discussion: """
            You take the ciphertext from the published dataset yourself. Your part stays in your home until enough \
            holders have granted: run the command again then, to hand it out. It is recorded once.

            EXAMPLE:
              chancery escrow grant 3f9a2c --as ministry
            """)

    @Argument(help: "The request's id, or its beginning.")
    var request: String

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let granted = try await GrantRecordOpening(request).run(as: options.session())
        try json.print(
            granted.receipt.document([
                "request": .string(granted.request.id.hex), "handedOut": .bool(granted.isHandedOut),
            ])
        ) {
            let request = "request \(granted.request.id.hex.prefix(12))"
            return
                (granted.isHandedOut
                ? "\(request) granted: your part is at hand for \(granted.request.requester)"
                : "\(request) granted by you: run this again when enough others have, to hand out your part")
                + "\n\(granted.receipt.line)"
        }
    }
}

struct DenyOpeningCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deny",
        abstract: "Do not grant a request, and say why.",
        discussion: """
            EXAMPLE:
              chancery escrow deny 3f9a2c --reason "no legal basis is named" --as ministry
            """)

    @Argument(help: "The request's id, or its beginning.")
    var request: String

    @Option(help: ArgumentHelp("Why; everybody can read it.", valueName: "text"))
    var reason: String

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let denied = try await options.session().denyOpening(request, reason: reason)
        try json.print(denied.receipt.document(["request": .string(denied.request.hex)])) {
            "request \(denied.request.hex.prefix(12)) denied\n\(denied.receipt.line)"
        }
    }
}

struct OpenGrantedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Put together the parts that you were granted, and read the cell.",
        discussion: """
            The use is on the ledger before the value is shown. A holder whose part is wrong is named there.

            EXAMPLE:
              chancery escrow open 3f9a2c --as audit
            """)

    @Argument(help: "The request's id, or its beginning.")
    var request: String

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let opened = try await OpenGrantedRecord(request).run(as: options.session())
        for party in opened.wrong { ErrorReport.warn("the part of \(party) is wrong; it is named on the ledger") }
        if opened.isConfirmed == false {
            ErrorReport.warn(
                "the pseudonym beside it is not that of this value: ask \(opened.request.owner), whose table it is")
        }
        let cell = opened.request.terms.cell
        var fields: [String: JSONValue] = [
            "request": .string(opened.request.id.hex), "dataset": .string(opened.request.dataset.text),
            "row": .integer(cell.row), "field": .string(cell.field), "value": .string(opened.value),
            "wrong": .array(opened.wrong.map { .string($0.text) }),
        ]
        if let isConfirmed = opened.isConfirmed { fields["pseudonymMatches"] = .bool(isConfirmed) }
        try json.print(opened.receipt?.document(fields) ?? .object(fields)) {
            "\(opened.value)" + (opened.receipt.map { "\n\($0.line)" } ?? "")
        }
    }
}
