/// A `SELECT` that has been read but not yet looked up against anybody's tables.
///
/// `SELECT plan, AVG(meddol), COUNT(*) FROM health WHERE year = 1 GROUP BY plan`
package struct SelectStatement: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// A value of the group: must equal one of the `GROUP BY` expressions.
        case group(UnboundExpression)
        /// `COUNT(*)`.
        case rows
        /// An aggregate of a computable column, with the weight that `WSUM` alone has.
        case aggregate(Aggregate, column: String, weight: UnboundExpression?)
    }

    package struct Item: Hashable, Sendable {
        package let content: Content
        /// The function as it was typed, in lower case: `var_samp` and `variance` name their columns differently.
        let function: String?
        /// What `AS` says.
        package let alias: String?
        let offset: Int
    }

    package let items: [Item]
    /// What `FROM` names: a pool, or a dataset.
    package let source: String
    package let filter: UnboundExpression?
    package let groups: [UnboundExpression]

    /// Reads a statement of at most 16 KiB.
    ///
    /// - Throws: ``QueryPlanError/statement(_:at:)`` with the place and the fault.
    package static func parse(_ text: String) throws(QueryPlanError) -> SelectStatement {
        var parser = SelectParser(cursor: try TokenCursor(text))
        return try parser.statement()
    }
}
