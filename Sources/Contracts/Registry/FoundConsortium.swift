import Foundation
package import SharingModel

/// `consortium.found`: the founding record itself, as the first transaction of the registry ledger.
///
/// Signed by all departments; submitted by the first of them by name.
package struct FoundConsortium: TransactionBody {
    package static let kind = TransactionKind.foundConsortium
    package let record: FoundingRecord

    package init(record: FoundingRecord) {
        self.record = record
    }

    package init(from decoder: any Decoder) throws {
        record = try FoundingRecord(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
    }

    package func checkForm() throws(ContractsError) {
        try record.checkForm()
    }

    package func requiredSigners(_ header: TransactionHeader, _ state: LedgerState) throws -> [RequiredSigner] {
        try record.signers(of: .registry, header)
    }

    package func execute(in execution: inout Execution) throws {
        try execution.open(record, registryCheckpoint: nil)
    }
}
