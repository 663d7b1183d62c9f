import ArgumentParser
import BlobStore
import CanonicalJSON
import Contracts
import Gateway
import Paillier
import SharingModel

struct ListEscrow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Keys and deposits, and every request with what the holders and the requester did.",
        discussion: """
            EXAMPLE:
              chancery escrow list --home ./consortium
            """)

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let session = try options.session()
        let time = try session.blockTime()
        let (keys, deposits, requests, votes, reports) = try session.state { state in
            let deposits = try state.deposits().map { deposit in
                ListedDeposit(
                    record: deposit, ceremony: deposit.isComplete ? try state.ceremony(of: deposit.subject) : nil,
                    follows: try state.escrowRule(for: deposit.owner).map(deposit.follows) ?? false)
            }
            let requests = try state.escrowRequests().sorted { $0.at < $1.at }
            // A grant with shares that others have taken the place of counts for nothing.
            let votes = try requests.map { request in
                let epoch = try state.deposit(for: request)?.record.epoch ?? 1
                return try state.escrowVotes(on: request.id).filter { $0.denial != nil || $0.grants(in: epoch) }
            }
            let judge = ReportJudge(state, blobs: session.blobs)
            let reports = zip(requests, votes).map { request, votes in
                votes.compactMap { vote in judge.verdict(on: vote, of: request).map { (vote.holder, $0) } }
            }
            return (try state.fieldKeys(), deposits, requests, votes, reports)
        }
        let document = JSONValue.object([
            "keys": .array(
                keys.map {
                    .object(["owner": .string($0.owner.text), "keyFingerprint": .string($0.keyFingerprint.hex)])
                }),
            "deposits": .array(deposits.map(\.document)),
            "requests": .array(
                zip(requests, zip(votes, reports)).map { Self.document($0, time, $1.0, $1.1) }),
        ])
        try json.print(document) {
            (deposits.map(\.text) + [Self.table(requests, votes, time)] + Self.lines(requests, reports))
                .joined(separator: "\n")
        }
    }

    private static func lines(
        _ requests: [EscrowRequest], _ reports: [[(holder: PartyName, verdict: ReportVerdict)]]
    ) -> [String] {
        zip(requests, reports).flatMap { request, reports in
            reports.map { "the part of \($0.holder) for \(request.id.hex.prefix(12)) is \($0.verdict.sentence)" }
        }
    }

    private static func table(_ requests: [EscrowRequest], _ votes: [[EscrowVote]], _ time: Timestamp) -> String {
        guard !requests.isEmpty else { return "no opening was ever asked for" }
        var table = TextTable(
            .text("request"), .text("by"), .text("what"), .number("row"), .text("column"), .text("status"),
            .text("granted"), .text("denied"), .text("reason"))
        for (request, votes) in zip(requests, votes) {
            table.append(
                String(request.id.hex.prefix(12)), request.requester.text, request.what,
                request.cell.map { String($0.row) } ?? "", request.cell?.field ?? "", request.status(at: time).rawValue,
                names(votes.filter { $0.grant != nil }), names(votes.filter { $0.denial != nil }),
                request.terms.reason)
        }
        return table.text()
    }

    private static func names(_ votes: [EscrowVote]) -> String {
        votes.map(\.holder.text).joined(separator: ",")
    }

    private static func document(
        _ request: EscrowRequest, _ time: Timestamp, _ votes: [EscrowVote],
        _ reports: [(holder: PartyName, verdict: ReportVerdict)]
    ) -> JSONValue {
        var document: [String: JSONValue] = [
            "request": .string(request.id.hex), "requester": .string(request.requester.text),
            "owner": .string(request.owner.text), "reason": .string(request.terms.reason),
            "status": .string(request.status(at: time).rawValue), "notBefore": .string(request.notBefore.description),
            "until": .string(request.terms.until.description),
            "granted": .array(votes.filter { $0.grant != nil }.map { .string($0.holder.text) }),
            "denied": .object(
                Dictionary(
                    uniqueKeysWithValues: votes.compactMap { vote in
                        vote.denial.map { (vote.holder.text, JSONValue.string($0)) }
                    })),
            "reported": .object(
                Dictionary(uniqueKeysWithValues: reports.map { ($0.holder.text, .string($0.verdict.rawValue)) })),
            // By the requester's word alone; what was checked here is `reported`.
            "saidWrong": .array((request.use?.wrong ?? []).map { .string($0.text) }),
        ]
        switch request.terms.what {
        case .cell(let cell):
            document["dataset"] = .string(request.dataset?.text ?? "")
            document["manifest"] = .string(cell.manifest.text)
            document["row"] = .integer(cell.row)
            document["field"] = .string(cell.field)
        case .result(let result):
            document["result"] = .string(result.hex)
            document["pool"] = .string(request.pool?.text ?? "")
        }
        return .object(document)
    }
}

extension EscrowRequest {
    /// `nil` where a result was asked for.
    fileprivate var cell: SealedCellReference? {
        terms.what.cell
    }

    /// The dataset, or the result.
    fileprivate var what: String {
        switch terms.what {
        case .cell: dataset?.text ?? ""
        case .result(let result): "result \(result.hex.prefix(12))"
        }
    }
}
