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
        abstract: "Ask the holders of an escrow to open to you one cell of a sealed column, or a result of yours.",
        discussion: """
            Whose key it is, is told by the same entry on the ledger. Of a dataset, name row and column; rows are counted \
            from 0, in the order of the published table. Whose a pseudonym is, is asked for with --pseudonym in their \
            place. A result is one that you computed under a token which still holds, and whose pool's custodian cannot \
            open it any more.

            EXAMPLE:
              chancery escrow request site1-2026 --row 17 --field name --reason "case 4/2026" --as audit
              chancery escrow request 9c01ab --reason "the ministry has lost its key" --as statistics
            """)

    @Argument(help: "The dataset's name, or any beginning of the result's id.")
    var subject: String

    @Option(help: ArgumentHelp("Of a dataset: the row, from 0.", valueName: "n"))
    var row: Int?

    @Option(help: ArgumentHelp("Of a dataset: the sealed column, or a pseudonym column.", valueName: "column"))
    var field: String?

    @Option(help: ArgumentHelp("Of a dataset: a pseudonym in it, in 32 hexadecimal digits.", valueName: "hex"))
    var pseudonym: String?

    @Option(help: ArgumentHelp("Why; everybody can read it.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("How long it stands: a date, a time, or 90d. (default: 30d)", valueName: "time"))
    var until: TimeArgument?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard row ?? 0 >= 0 else { throw ValidationError("--row counts from 0") }
        guard (row == nil) == (field == nil), row == nil || pseudonym == nil else {
            throw ValidationError(
                "a cell is named by --row and --field together, or by --pseudonym; a result by none of them")
        }
        guard pseudonym.map({ Pseudonym(hex: $0) != nil }) ?? true else {
            throw ValidationError("--pseudonym takes 32 hexadecimal digits, lower case")
        }
        guard (row == nil && pseudonym == nil) || DatasetName(subject) != nil else {
            throw ValidationError("'\(subject)' is no dataset's name")
        }
    }

    func run() async throws {
        let session = try options.session()
        let end = until?.moment(now: .now()) ?? Timestamp.now().adding(seconds: 30 * 86_400)
        let (what, description) = try subject(session)
        let asked = try await session.ask(what, reason: reason, until: end)
        let receipt = asked.receipt
        try json.print(
            receipt.document(["request": .string(receipt.transaction.hex), "status": .string("requested")])
        ) {
            "request \(receipt.transaction.hex.prefix(12)): \(description)\n\(receipt.line)"
        }
        try asked.acknowledge()
    }

    private func subject(_ session: PartySession) throws -> (EscrowSubject, String) {
        if let pseudonym = pseudonym.flatMap(Pseudonym.init(hex:)), let dataset = DatasetName(subject) {
            return (
                try session.identity(of: pseudonym, in: dataset),
                "pseudonym \(pseudonym.hex.prefix(12)) of \(dataset)"
            )
        }
        if let row, let field, let dataset = DatasetName(subject) {
            return (try session.cell(of: dataset, row: row, field: field), "row \(row), column \(field) of \(dataset)")
        }
        let id = try session.state { try $0.recordedResult(matching: subject).record.id }
        return (.result(id), "result \(id.hex.prefix(12))")
    }
}

struct GrantOpeningCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Give your part of opening what a request names, sealed to who asked.",
        discussion: """
            You take the ciphertext from the published dataset yourself, and compute a result again, as its pool's \
            custodian would, with the disclosure guard; what it refuses is denied with its reason. Your part stays in your home until enough \
            holders have granted: run the command again then, to hand it out. It is recorded once.

            EXAMPLE:
              chancery escrow grant 3f9a2c --as ministry
            """)

    @Argument(help: "The request's id, or its beginning.")
    var request: String

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let progress = RowProgress("recomputing")
        defer { progress.finish() }
        let granted = try await GrantRecordOpening(request).run(as: options.session(), progress: progress.executor)
        progress.finish()
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
        abstract: "Put together the parts that you were granted, and read the cell, or have the result opened.",
        discussion: """
            With --report a part that does not hold is shown on the ledger: anybody sees by it that its giver signed for \
            a wrong one. The use is on the ledger before the value is shown; a result is then read with `result show`. A \
            holder whose part is wrong is named there.

            EXAMPLE:
              chancery escrow open 3f9a2c --as audit
            """)

    @Argument(help: "The request's id, or its beginning.")
    var request: String

    @Flag(help: "Show parts that do not hold on the ledger, for all to see.")
    var report = false

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let session = try options.session()
        if case .result = try session.state({ try $0.escrowRequest(matching: request) }).terms.what {
            return try await openResult(session)
        }
        let opened = try await OpenGrantedRecord(request, reports: report).run(as: session)
        warn(of: opened.wrong)
        if opened.isConfirmed == false {
            ErrorReport.warn(
                "the pseudonym beside it is not that of this value: ask \(opened.request.owner), whose table it is")
        }
        let cell = opened.cell
        var fields: [String: JSONValue] = [
            "request": .string(opened.request.id.hex), "dataset": .string(opened.request.dataset?.text ?? ""),
            "row": .integer(cell.row), "field": .string(cell.field), "value": .string(opened.value),
            "wrong": .array(opened.wrong.map { .string($0.text) }),
        ]
        if let isConfirmed = opened.isConfirmed { fields["pseudonymMatches"] = .bool(isConfirmed) }
        try json.print(opened.receipt?.document(fields) ?? .object(fields)) {
            "\(opened.value)" + (opened.receipt.map { "\n\($0.line)" } ?? "")
        }
    }

    private func warn(of wrong: [PartyName]) {
        for party in wrong { ErrorReport.warn("the part of \(party) is wrong; it is named on the ledger") }
    }

    private func openResult(_ session: PartySession) async throws {
        let opened = try await OpenGrantedResult(request, reports: report).run(as: session)
        warn(of: opened.wrong)
        let fields: [String: JSONValue] = [
            "request": .string(opened.request.hex), "result": .string(opened.result.hex), "status": .string("opened"),
            "holders": .array(opened.holders.map { .string($0.text) }),
            "wrong": .array(opened.wrong.map { .string($0.text) }),
        ]
        try json.print(opened.receipt?.document(fields) ?? .object(fields)) {
            let result = opened.result.hex.prefix(12)
            return "result \(result) opened from the parts of \(opened.holders.map(\.text).joined(separator: ", ")); "
                + "read it with `chancery result show \(result)`" + (opened.receipt.map { "\n\($0.line)" } ?? "")
        }
    }
}
