import SharingModel

extension Ledger {
    /// Where each department stands for the block after the newest that `reader` has; empty while there is none.
    package func standings(_ reader: any LedgerReader) throws -> [DepartmentStanding] {
        guard let head = try reader.head() else { return [] }
        let members = try membership.history(reader).policy(at: head.height + 1)
        return try AccountingRight(policy: members, after: head, state: reader).all
    }
}
