import ArgumentParser

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "The ledger: its state, its entries, proofs of them, and its check.",
        discussion: """
            EXAMPLE:
              chancery ledger status
            """,
        subcommands: [
            LedgerStatus.self, LedgerDepartments.self, LedgerLog.self, ShowTransaction.self, ProveTransaction.self,
            CosignLedger.self, ResolveLedger.self, CheckLedger.self, FollowLedger.self, ExportLedger.self,
        ])
}
