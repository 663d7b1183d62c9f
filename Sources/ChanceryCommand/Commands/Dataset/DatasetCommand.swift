import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import SharingModel

struct DatasetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset",
        abstract: "Datasets: show, approve as a joint owner, renew, withdraw.",
        discussion: """
            EXAMPLE:
              chancery dataset show site1-2026
            """,
        subcommands: [
            ShowDataset.self, ApproveDatasetCommand.self, RenewDatasetCommand.self, WithdrawDatasetCommand.self,
        ])
}

struct ShowDataset: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one dataset as the ledger has it.",
        discussion: """
            EXAMPLE:
              chancery dataset show site1-2026
            """)

    @Argument(help: "The dataset's name.")
    var dataset: DatasetName

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let session = try options.session()
        let time = try session.blockTime()
        let (record, proposal, notices, pseudonyms) = try session.state { state in
            let record = try state.dataset(dataset)
            return (
                record, try state.proposal(dataset), try state.notices(of: dataset),
                try record.flatMap { try state.pseudonymStanding(of: $0) }
            )
        }
        if let proposal {
            ErrorReport.warn(
                "a new version or validity waits for \(proposal.missing.map(\.text).joined(separator: ", ")): "
                    + "each approves with `chancery dataset approve \(dataset)`")
        }
        guard let record else { return _ = try session.state { try $0.knownDataset(dataset) } }
        try json.print(DatasetDocument.value(record, record.status(at: time), notices, pseudonyms)) {
            """
            \(record.name) of \(record.owners.map(\.text).joined(separator: ", ")): \(record.status(at: time).rawValue)
            pool      \(record.terms.pool)
            manifest  \(record.manifest)
            rows      \(Quantity.count(Int(record.terms.rows))) in \(record.terms.shards) shards, \
            \(Quantity.bytes(Int(record.terms.bytes)))
            valid     \(record.terms.validUntil.map { "until \($0)" } ?? "without end")
            """
                + (pseudonyms.map { "\npseudonyms under \(DatasetDocument.text($0))" } ?? "")
                + notices.map { notice in
                    "\ntold      \(notice.party) at \(notice.at): \(notice.event.rawValue), for "
                        + Quantity.counted(notice.tokens.count, "token", "tokens")
                }.joined()
        }
    }
}

struct ApproveDatasetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Agree, as a joint owner, to the version or validity that is proposed.",
        discussion: """
            EXAMPLE:
              chancery dataset approve joint-2026 --as site2
            """)

    @Argument(help: "The dataset's name.")
    var dataset: DatasetName

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let receipt = try await options.session().approveDataset(dataset)
        try json.print(receipt.document(["dataset": .string(dataset.text)])) { "\(dataset) approved\n\(receipt.line)" }
    }
}

struct RenewDatasetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Give a dataset another end of validity.",
        discussion: """
            EXAMPLE:
              chancery dataset renew site1-2026 --valid-until 2027-12-31 --as site1
            """)

    @Argument(help: "The dataset's name.")
    var dataset: DatasetName

    @Option(help: ArgumentHelp("A date, a time, or 90d. (default: without end)", valueName: "time"))
    var validUntil: TimeArgument?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let receipt = try await options.session().renewDataset(dataset, validUntil: validUntil?.moment(now: .now()))
        try json.print(receipt.document(["dataset": .string(dataset.text)])) { "\(dataset) renewed\n\(receipt.line)" }
    }
}

struct WithdrawDatasetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Take a dataset back: no token on it can be redeemed any more.",
        discussion: """
            What was opened before stays opened, and the record of it stays.

            EXAMPLE:
              chancery dataset withdraw site1-2026 --reason "rows of the wrong year" --as site1
            """)

    @Argument(help: "The dataset's name.")
    var dataset: DatasetName

    @Option(help: ArgumentHelp("Why; everybody can read it.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let receipt = try await options.session().withdrawDataset(dataset, reason: reason)
        try json.print(receipt.document(["dataset": .string(dataset.text)])) { "\(dataset) withdrawn\n\(receipt.line)" }
    }
}
