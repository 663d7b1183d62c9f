import Contracts
import SharingModel
import TransparencyLog

extension Ledger {
    /// Executes everything again from the first block and compares all that is stored with what comes out.
    ///
    /// - Parameter scratch: An empty storage that is thrown away afterwards.
    /// - Throws: Only what makes an audit impossible; what is wrong with the ledger is in the report.
    /// - Complexity: Linear in the ledger's length; about a signature check and an execution for each transaction.
    package func audit(scratch: any LedgerStorage) throws -> AuditReport {
        let damage = try storage.damage().map {
            AuditFinding(table: "file", place: "integrity check", problem: $0)
        }
        return try storage.read { shown in
            try LedgerAudit(ledger: self, shown: shown, scratch: scratch, findings: FindingList(damage)).run()
        }
    }
}
