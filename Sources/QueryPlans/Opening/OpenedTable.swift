package import CanonicalJSON
package import Multiprecision
import SealedTables

/// An opened result as a table: what the person who asked gets to see.
package struct OpenedTable: Hashable, Sendable {
    /// Behind the point of means and variances, unless the reader wants others.
    package static let standardDigits = 12
    package static let mostDigits = 100

    /// Names of the columns.
    package let columns: [String]
    /// Ordered by the group values. Group values keep their type, counts are integers, sums exact decimal texts with
    /// as many digits as the column has decimals; means and variances are texts with `digits` digits, rounded
    /// half-even. Null where nothing is present, and for the variance of fewer than two values.
    package let rows: [[JSONValue]]
    package let refused: [ResultContent.Refusal]

    /// - Parameters:
    ///   - plaintexts: One for each ciphertext of the result, verified against it by the caller.
    ///   - digits: Behind the point of means and variances; 0 to ``mostDigits``.
    /// - Throws: ``QueryPlanError/result(_:)`` where result, plan and plaintexts do not belong together, or where a
    ///   plaintext is no sum of rows within their bounds.
    package init(
        _ result: ResultContent, of plan: BoundPlan, plaintexts: [BigInteger], digits: Int = standardDigits
    ) throws(QueryPlanError) {
        precondition((0...Self.mostDigits).contains(digits), "0 to 100 digits")
        try result.check(against: plan)
        guard plaintexts.count == result.ciphertexts.count else {
            throw .result(.plaintextCount(expected: result.ciphertexts.count, found: plaintexts.count))
        }
        let selection = plan.plan.content.select
        var rows = [[JSONValue]]()
        for group in result.groups {
            let sums = try GroupSums(group, of: plan, plaintexts: plaintexts)
            rows.append(selection.map { Self.cell($0.content, group: group, sums: sums, plan: plan, digits: digits) })
        }
        columns = selection.map(\.name)
        self.rows = rows
        refused = result.refused
    }

    private static func cell(
        _ content: PlanContent.Column.Content, group: ResultContent.Group, sums: GroupSums, plan: BoundPlan, digits: Int
    ) -> JSONValue {
        switch content {
        case .group(let index): return group.values.values[index].json
        case .rows: return .integer(Int64(group.rows))
        case .aggregate(.count, let column, _):
            return plan.counted.firstIndex(of: column).map { .integer(Int64(group.counts[$0])) } ?? .null
        case .aggregate(.weightedSum, let column, let weight):
            return weighted(column, weight, sums: sums, plan: plan)
        case .aggregate(let aggregate, let column, _):
            guard let index = plan.sumIndex(of: column, weight: nil, negative: nil),
                let opened = sums.column(column, sum: index)
            else { return .null }
            switch aggregate {
            case .sum: return .string(opened.total.decimal(digits: opened.decimals))
            case .mean: return .string(opened.mean.decimal(digits: digits))
            case .variance: return text(opened.variance(ofSample: true), digits)
            case .populationVariance: return text(opened.variance(ofSample: false), digits)
            case .count, .weightedSum: return .null
            }
        }
    }

    private static func text(_ value: ExactRational?, _ digits: Int) -> JSONValue {
        value.map { .string($0.decimal(digits: digits)) } ?? .null
    }

    /// The sum over positive weights less that over the magnitudes of negative ones.
    private static func weighted(
        _ column: String, _ weight: String?, sums: GroupSums, plan: BoundPlan
    ) -> JSONValue {
        var total: ExactRational?
        var decimals = 0
        for negative in [false, true] {
            guard let index = plan.sumIndex(of: column, weight: weight, negative: negative),
                let opened = sums.column(column, sum: index)
            else { continue }
            let sum = opened.total
            // Both have the column's scale as denominator.
            total = ExactRational(
                (total?.numerator ?? 0) + (negative ? -sum.numerator : sum.numerator), over: sum.denominator)
            decimals = opened.decimals
        }
        return total.map { .string($0.decimal(digits: decimals)) } ?? .null
    }
}

extension BoundPlan {
    /// The place in ``sums`` of the sum that `column` is read from.
    fileprivate func sumIndex(of column: String, weight: String?, negative: Bool?) -> Int? {
        guard let pack = manifest.schema.pack(of: column)?.name else { return nil }
        let wanted = ResultContent.Sum(pack: pack, weight: weight, negative: negative)
        return resultSums.firstIndex(of: wanted)
    }
}
