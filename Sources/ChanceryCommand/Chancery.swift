import ArgumentParser

/// The root of the command: it does nothing itself but say what there is.
struct Chancery: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "chancery",
        abstract: "Share data between departments that may not show each other their data.",
        discussion: """
            Each department encrypts its table and publishes the ciphertext. A ledger that all keep records who \
            published what, who may use it for what, what was computed, and what was opened to whom.

            EXAMPLE:
              chancery demo

            EXIT STATUS:
              0  done
              1  refused or failed: the reason and the way on are on standard error
              2  the command or its input cannot be understood
              3  a part that it needs does not answer: nothing was lost, try again
            """,
        version: "chancery \(version)",
        groupedSubcommands: [
            CommandGroup(name: "To begin with", subcommands: [DemoCommand.self]),
            CommandGroup(
                name: "Consortium",
                subcommands: [
                    FoundCommand.self, JoinCommand.self, RegistryCommand.self, PoolCommand.self, CatalogCommand.self,
                ]),
            CommandGroup(name: "Data", subcommands: [PublishCommand.self, DatasetCommand.self, PseudonymCommand.self]),
            CommandGroup(
                name: "Use", subcommands: [TokenCommand.self, ContractCommand.self, QueryCommand.self]),
            CommandGroup(
                name: "Results",
                subcommands: [OpenCommand.self, ResultCommand.self, EvidenceCommand.self, VerifyCommand.self]),
            CommandGroup(name: "Sealed records", subcommands: [EscrowCommand.self, RecordCommand.self]),
            CommandGroup(
                name: "Ledger",
                subcommands: [LedgerCommand.self, ServeCommand.self, DepartmentCommand.self, IncidentCommand.self]),
            CommandGroup(
                name: "Storage", subcommands: [BlobCommand.self, BackupCommand.self, RestoreCommand.self]),
            CommandGroup(name: "Arithmetic on ciphertext", subcommands: [PaillierCommand.self]),
            CommandGroup(name: "Figures", subcommands: [BenchCommand.self]),
        ])
}
