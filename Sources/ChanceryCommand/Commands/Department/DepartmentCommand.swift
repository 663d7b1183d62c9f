import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import SharingModel

struct DepartmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "department",
        abstract: "What a department says of itself.",
        discussion: """
            EXAMPLE:
              chancery department status busy --as site1
            """,
        subcommands: [DepartmentStatusCommand.self])
}

struct DepartmentStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say whether the department is idle, and competes for the accounting right, or busy.",
        discussion: """
            A busy department goes on cosigning; it writes a block only where the idle ones do not. One that never \
            said anything is idle. `chancery ledger departments` shows all.

            EXAMPLE:
              chancery department status busy --as site1
            """)

    @Argument(help: "busy or idle.")
    var status: DepartmentStatus

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let session = try options.session()
        let receipt = try await session.setStatus(status)
        try json.print(
            receipt.document([
                "department": .string(session.party.text), "status": .string(status.rawValue),
            ])
        ) { "\(session.party) is \(status.rawValue)\n\(receipt.line)" }
    }
}

extension DepartmentStatus: ExpressibleByArgument {}
