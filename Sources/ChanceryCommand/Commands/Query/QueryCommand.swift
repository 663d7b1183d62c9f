import ArgumentParser
import BlobStore
import CanonicalJSON
import Contracts
import Gateway
import QueryPlans
import SharingModel

struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Compute on ciphertext under a token, and record the result.",
        discussion: """
            Aggregates: SUM AVG COUNT VARIANCE (VAR_SAMP) VAR_POP and WSUM(column, weight). WHERE, GROUP BY and weights \
            are over public columns. The disclosure guard drops groups of too few persons, and refuses the query whole \
            where what was opened before would give them away; --dry-run tells without taking a use.

            A pool stands for all of its datasets that the token covers. Where one of them cannot be read the query says \
            which, and is not computed: --without leaves it out. The plan names exactly the datasets that were used.

            EXAMPLE:
              chancery query "SELECT plan, AVG(meddol), COUNT(*) FROM health WHERE year = 1 GROUP BY plan" \
            --token 3f9a12 --as statistics
              chancery query --contract spending-by-plan@1 --set year=1 --token 3f9a12 --as statistics
            """)

    @Argument(help: "The SELECT statement.")
    var statement: String?

    @Option(help: ArgumentHelp("A registered plan instead of a statement.", valueName: "name@version"))
    var contract: ContractArgument?

    @Option(
        name: .customLong("set"), help: ArgumentHelp("Fill in a blank; may be given again.", valueName: "name=value"))
    var settings: [ParameterSetting] = []

    @Option(help: ArgumentHelp("Any beginning of the token's id.", valueName: "token"))
    var token: String

    @OptionGroup var choice: SelectionOptions

    @Flag(help: "Say what would be refused and why, group by group; write nothing.")
    var dryRun = false

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard (statement == nil) != (contract == nil) else {
            throw ValidationError("give a SELECT statement or --contract NAME@VERSION")
        }
        guard contract == nil || choice.selection == .all else {
            throw ValidationError("a registered plan names its datasets: --datasets and --without go with a statement")
        }
        guard contract != nil || settings.isEmpty else { throw ValidationError("--set goes with --contract") }
        guard Set(settings.map(\.name)).count == settings.count else {
            throw ValidationError("--set names a blank twice")
        }
    }

    private var question: Question {
        if let contract {
            return .contract(
                contract.reference,
                parameters: Dictionary(settings.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
        }
        return .statement(statement ?? "", of: choice.selection)
    }

    func run() async throws {
        let session = try options.session()
        let query = RunQuery(question, token: token)
        let progress = RowProgress("computing")
        defer { progress.finish() }
        if dryRun {
            let (plan, report) = try query.assess(as: session, progress: progress.executor)
            progress.finish()
            return try json.print(GuardDocument.value(report, plan)) { GuardDocument.text(report) }
        }
        let computed = try await query.run(as: session, progress: progress.executor)
        progress.finish()
        try json.print(QueryCommand.document(computed)) { QueryCommand.text(computed) }
        // Not before it was printed: a command killed in between gives this result once more, and takes no use for it.
        try computed.acknowledge()
    }

    private static func document(_ computed: RunQuery.Computed) -> JSONValue {
        computed.receipt.document([
            "result": .string(computed.id.hex), "plan": .string(computed.plan.cid.text),
            "token": .string(computed.token.hex), "status": .string("computed"),
            "computed": .string(computed.result.cid.text),
            "columns": .array(computed.plan.content.select.map { .string($0.name) }), "rows": .array([]),
            "datasets": .array(computed.inputs.map { .string($0.text) }),
            "refused": ResultDocument.refused(computed.result.content.refused),
        ])
    }

    private static func text(_ computed: RunQuery.Computed) -> String {
        let content = computed.result.content
        var lines = [
            "result \(computed.id)",
            "computed on ciphertext: \(Quantity.counted(content.groups.count, "group")), "
                + "\(Quantity.counted(content.ciphertexts.count, "ciphertext")) of \(content.ciphertexts.bytes) bytes",
        ]
        lines.append("over \(computed.inputs.map(\.text).joined(separator: ", "))")
        if !computed.leftOut.isEmpty {
            lines.append("without \(computed.leftOut.map(\.text).joined(separator: ", ")), as you asked")
        }
        if !content.refused.isEmpty {
            lines.append("\(Quantity.counted(content.refused.count, "group")) left out: \(content.refused[0].reason)")
        }
        lines.append(computed.receipt.line)
        lines.append("whoever holds the pool's key opens it with `chancery open \(computed.id.hex.prefix(12))`")
        return lines.joined(separator: "\n")
    }
}
