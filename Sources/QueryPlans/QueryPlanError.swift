/// Why a statement, a plan, or its run is refused.
package enum QueryPlanError: Error, Hashable, Sendable {
    /// The text of a statement or an expression; `at` counts characters before the fault, from 0.
    case statement(StatementFault, at: Int)
    case plan(PlanFault)
    case evaluation(EvaluationFault)
    case result(ResultFault)
    /// A dataset that the plan reads is not to be had, or not what its manifest says.
    case dataset(DatasetFault)
    /// The disclosure guard's refusal of the whole query.
    case guarded(GuardReport)
}

/// What is wrong in a statement.
package enum StatementFault: Hashable, Sendable {
    case tooLong(limit: Int)
    case tooDeep(limit: Int)
    case strayCharacter(Character)
    case unterminatedQuote(Character)
    case comment
    case secondStatement
    case notAnInteger(String)
    case integerTooLarge(String)
    case unexpected(String, expected: String)
    case unexpectedEnd(expected: String)
    case otherStatement(String)
    case subSelect
    case unsupported(String)
    case unknownFunction(String)
    case argumentCount(String, Int, takes: ClosedRange<Int>)
    case orderAggregate(String)
    case nestedAggregate(String)
    case aggregateInExpression(String)
    case expressionInAggregate(String)
    case allColumns
    case groupByPosition
    case qualifiedColumn(String)
    /// No column of that name; `nearest` is the one that may have been meant.
    case unknownColumn(String, nearest: String?)
    /// Used where only public columns can be read; `protection` is what it is instead.
    case protectedColumn(String, protection: String)
    /// `AVG(site)` of a public column.
    case publicAggregated(String)
    case uncomputableAggregated(String, protection: String)
    case squaresNotPublished(String)
    case notGrouped(String)
    case duplicateName(String)
    /// `SELECT meddol` without an aggregate.
    case bareComputable(String)
}

/// What is wrong with a plan as a document, or with the datasets that it names.
package enum PlanFault: Hashable, Sendable {
    case unsupportedVersion(Int)
    case notCanonical(String)
    case noDatasets
    case datasetsNotSorted
    case packs(named: [String], needed: [String])
    case parameters(missing: [String], unknown: [String])
    case incompatibleDatasets(column: String, String)
    case nothingSelected
    case aggregateNeedsColumn(String)
    case columnLimit(Int)
}

/// What went wrong when public columns were read.
package enum EvaluationFault: Hashable, Sendable {
    case sqlite(String)
    /// The expression was refused by SQLite's authorizer.
    case notAuthorized(String)
    case tooMuchWork
    /// A group or a weight came out as something that is not an integer, a text or null.
    case valueType(expression: String, type: String)
    case groupValueTooLarge(expression: String, value: Int64)
    case weightNotAnInteger(expression: String)
    case tooManyGroups(limit: Int)
    case tooManyRows(limit: Int)
    case capacity(group: String, needed: String, bits: Int)
}

/// What is wrong with a result, or with what is said to be its opening.
package enum ResultFault: Hashable, Sendable {
    case malformed(String)
    case notOfThisPlan
    case poolKeyMismatch(dataset: String)
    case ciphertextCount(expected: Int, found: Int)
    case tooManyCells(limit: Int)
    case tooManyGroupsForBlock(groups: Int, bytes: Int)
    case plaintextCount(expected: Int, found: Int)
    /// The plaintext of this ciphertext is no sum of rows within their bounds.
    case unsoundPlaintext(ciphertext: Int)
}
