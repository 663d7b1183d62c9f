import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import Paillier
import SharingModel

struct OpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Open a recorded result for the one who asked, or give your part of it.",
        discussion: """
            The custodian computes the result again from the manifests and the plan on the ledger, and opens only that. \
            The opening is recorded before it is given out, and sealed to the requester.

            Where the pool's key is in shares, each holder gives its part in the same way, and the requester opens \
            the result from the parts of as many as suffice, whatever the others have sent. A holder who will not give \
            one can say why with --refuse.

            EXAMPLE:
              chancery open 9c01ab --as ministry
              chancery open 9c01ab --report --as statistics
              chancery open 9c01ab --refuse "no legal basis" --as site2
            """)

    @Argument(help: "Any beginning of the result's id.")
    var result: String

    @Flag(help: "Show a holder's part that does not hold on the ledger, where it convicts its giver.")
    var report = false

    @Option(help: ArgumentHelp("As a holder of a share, give no part, and say why on the ledger.", valueName: "reason"))
    var refuse: String?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let session = try options.session()
        let (recorded, pool) = try session.state { state in
            let recorded = try state.recordedResult(matching: result)
            return (recorded, try state.knownPool(recorded.record.pool))
        }
        if let refuse { return try await say(refuse, session) }
        if pool.sharing != nil { return try await open(recorded, session) }
        let progress = RowProgress("recomputing")
        defer { progress.finish() }
        let opened = try await OpenRecordedResult(result).run(as: session, progress: progress.executor)
        progress.finish()
        try json.print(
            opened.receipt.document([
                "result": .string(opened.result.hex), "status": .string("opened"),
                "grantee": .string(opened.grantee.text),
            ])
        ) {
            opened.wasThere
                ? "result \(opened.result.hex.prefix(12)) had been opened for \(opened.grantee)\n\(opened.receipt.line)"
                : "result \(opened.result.hex.prefix(12)) recomputed, found equal, and opened for \(opened.grantee)\n"
                    + opened.receipt.line
        }
    }

    /// A holder gives its part, once in an epoch; the requester combines those that there are.
    private func open(_ recorded: RecordedResult, _ session: PartySession) async throws {
        guard recorded.record.executor == session.party else { return try await give(session) }
        let combined = try await CombineParts(result, reports: report).run(as: session)
        try json.print(
            combined.receipt.document([
                "result": .string(combined.result.hex), "status": .string("opened"),
                "holders": .array(combined.holders.map { .string($0.text) }),
                "faulty": .array(combined.faults.map { .string($0.holder.text) }),
            ])
        ) {
            var lines = combined.faults.map { fault in
                "the part of \(fault.holder) \(fault.problem)"
                    + (fault.report.map { "; shown on the ledger as transaction \($0.hex.prefix(12))" } ?? "")
            }
            lines.append(
                "result \(combined.result.hex.prefix(12)) opened from the parts of "
                    + combined.holders.map(\.text).joined(separator: ", "))
            return (lines + [combined.receipt.line]).joined(separator: "\n")
        }
    }

    private func say(_ reason: String, _ session: PartySession) async throws {
        let receipt = try await OpenWithShares(result).refuse(as: session, reason: reason)
        try json.print(receipt.document(["status": .string("refused")])) {
            "your refusal is on the ledger; others may suffice without you\n\(receipt.line)"
        }
    }

    private func give(_ session: PartySession) async throws {
        let progress = RowProgress("recomputing")
        defer { progress.finish() }
        let given = try await OpenWithShares(result).give(as: session, progress: progress.executor)
        progress.finish()
        try json.print(
            given.receipt.document([
                "result": .string(given.result.hex), "status": .string("part"),
                "epoch": .integer(Int64(given.epoch)), "grantee": .string(given.grantee.text),
                "handedOut": .bool(given.isHandedOut),
            ])
        ) {
            let done =
                given.wasThere
                ? "your part of result \(given.result.hex.prefix(12)) had been given"
                : "result \(given.result.hex.prefix(12)) recomputed, found equal, and your part given to "
                    + "\(given.grantee)"
            let rest =
                given.isHandedOut
                ? ""
                : "\nit stays here until enough others have given theirs, for \(given.grantee) holds a share too: run "
                    + "this again then"
            return "\(done)\(rest)\n\(given.receipt.line)"
        }
    }
}
