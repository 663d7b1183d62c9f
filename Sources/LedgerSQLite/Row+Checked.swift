import GRDB
import Ledger

extension Row {
    /// A column's value. A damaged page may hold one of another type, on which GRDB's own access ends the process.
    /// - Throws: ``LedgerError/malformedRow(table:key:)``.
    func checked<Value: DatabaseValueConvertible>(
        _ column: String, of table: String, as type: Value.Type = Value.self
    ) throws -> Value {
        guard let value = Value.fromDatabaseValue(self[column] as DatabaseValue) else {
            throw LedgerError.malformedRow(table: table, key: "of column \(column)")
        }
        return value
    }

    /// `nil` for NULL only.
    func checkedOptional<Value: DatabaseValueConvertible>(
        _ column: String, of table: String, as type: Value.Type = Value.self
    ) throws -> Value? {
        (self[column] as DatabaseValue).isNull ? nil : try checked(column, of: table)
    }
}
