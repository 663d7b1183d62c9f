import Foundation
package import SharingModel

/// `section.open`: the first transaction of a section's ledger. It brings the parties over from the registry.
///
/// Signed by all departments of the section; submitted by the first of them by name.
package struct OpenSection: TransactionBody {
    package static let kind = TransactionKind.openSection
    package let record: FoundingRecord
    /// The registry's checkpoint that the section starts from: a C2SP signed note, checked by those who sign.
    package let registry: String

    package init(record: FoundingRecord, registry: String) {
        self.record = record
        self.registry = registry
    }

    package func checkForm() throws(ContractsError) {
        try record.checkForm()
        try Form.check(length: registry.utf8.count, in: 1...16_384, "registry")
    }

    package func requiredSigners(_ header: TransactionHeader, _ state: LedgerState) throws -> [RequiredSigner] {
        try record.signers(of: header.ledger.section, header)
    }

    package func execute(in execution: inout Execution) throws {
        try execution.open(record, registryCheckpoint: registry)
    }
}
