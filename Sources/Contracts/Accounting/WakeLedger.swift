import SharingModel

/// `ledger.wake`: a department begins a block with nothing in it, after a time in which nobody had anything to write.
///
/// Block time comes from the cosignatures of the height before. After a quiet time these are old, and whatever comes
/// first would be judged by a time long past. The cosignatures of this transaction's block are of now.
package struct WakeLedger: TransactionBody {
    package static let kind = TransactionKind.wakeLedger

    package init() {}

    package func checkForm() throws(ContractsError) {}

    package func execute(in execution: inout Execution) throws {
        _ = try execution.department(execution.by)
    }
}
