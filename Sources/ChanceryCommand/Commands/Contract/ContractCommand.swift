import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import SharingModel

struct ContractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contract",
        abstract: "Registered plans: computations with blanks, approved once by the owners of their data.",
        discussion: """
            EXAMPLE:
              chancery contract list
            """,
        subcommands: [RegisterContractCommand.self, ApproveContractCommand.self, ListContracts.self])
}

struct RegisterContractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Offer a plan with blanks to the owners of its data.",
        discussion: """
            A blank is written :name in the statement, and declared with --parameter: name:integer, \
            name:integer:1-5, name:string, or name:string:a|b.

            EXAMPLE:
              chancery contract register spending-by-plan@1 \
            "SELECT plan, AVG(meddol) FROM health WHERE year = :year GROUP BY plan" \
            --parameter year:integer:1-5 --summary "mean spending by plan in one year" --as statistics
            """)

    @Argument(help: "Name and version: name@1.")
    var contract: ContractArgument

    @Argument(help: "The SELECT statement.")
    var statement: String

    @Option(name: .customLong("parameter"), help: ArgumentHelp("A blank; may be given again.", valueName: "name:type"))
    var parameters: [ParameterDeclaration] = []

    @Option(help: ArgumentHelp("What it computes, for those who approve it.", valueName: "text"))
    var summary: String

    @OptionGroup var choice: SelectionOptions
    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let receipt = try await options.session().registerContract(
            ContractOffer(
                contract: contract.reference, summary: summary, statement: statement, of: choice.selection,
                parameters: parameters.map(\.parameter)))
        try json.print(receipt.document(["contract": .string(contract.reference.description)])) {
            "\(contract.reference) registered; the owners of its data approve with `chancery contract approve`\n"
                + receipt.line
        }
    }
}

struct ApproveContractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Agree to a registered plan, for all datasets of yours that it names.",
        discussion: """
            EXAMPLE:
              chancery contract approve spending-by-plan@1 --as site1
            """)

    @Argument(help: "Name and version: name@1.")
    var contract: ContractArgument

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let receipt = try await options.session().approveContract(contract.reference)
        try json.print(receipt.document(["contract": .string(contract.reference.description)])) {
            "\(contract.reference) approved\n\(receipt.line)"
        }
    }
}

struct ListContracts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the registered plans.",
        discussion: """
            EXAMPLE:
              chancery contract list
            """)

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let plans = try options.session().state { try $0.registeredPlans() }
        try json.print(JSONValue.object(["contracts": .array(plans.map(ListContracts.document))])) {
            guard !plans.isEmpty else { return "no plan was ever registered" }
            var table = TextTable(
                .text("contract"), .text("author"), .text("approved"), .text("parameters"), .text("summary"))
            for plan in plans {
                table.append(
                    plan.contract.description, plan.record.author.text,
                    plan.isApproved ? "yes" : "waits for owners",
                    plan.record.terms.parameters.map(\.name).joined(separator: " "), plan.record.terms.summary)
            }
            return table.text()
        }
    }

    private static func document(_ plan: RegisteredPlan) -> JSONValue {
        .object([
            "contract": .string(plan.contract.description), "author": .string(plan.record.author.text),
            "approved": .bool(plan.isApproved), "summary": .string(plan.record.terms.summary),
            "parameters": .array(plan.record.terms.parameters.map { .string($0.name) }),
            "template": plan.record.terms.template,
        ])
    }
}
