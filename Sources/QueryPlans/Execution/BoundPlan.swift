package import SealedTables
package import SharingModel

/// A plan beside its datasets: every column found, every expression checked, the packs as the plan says.
package struct BoundPlan: Sendable {
    package let plan: Plan
    /// In the plan's order.
    package let datasets: [SealedDataset]
    let groupBy: [PublicExpression]
    let filter: PublicExpression?
    /// In the order of ``PlanContent/weights``.
    let weights: [PublicExpression]
    /// What is summed on ciphertext, in the order in which results list it.
    package let sums: [PlanSum]
    /// Columns whose presence is counted, sorted.
    package let counted: [String]
    /// The same for all datasets, as far as the plan uses it.
    let manifest: Manifest

    /// - Parameter datasets: Those that the plan names, in any order.
    /// - Throws: ``QueryPlanError/plan(_:)``, ``QueryPlanError/statement(_:at:)``.
    package init(_ plan: Plan, datasets: [SealedDataset]) throws(QueryPlanError) {
        let datasets = datasets.sorted { $0.cid < $1.cid }
        let content = plan.content
        guard datasets.map(\.cid) == content.datasets, let first = datasets.first else { throw .plan(.noDatasets) }
        let scope = ColumnScope(datasets.map(\.manifest))
        let publicColumn: (String, Int) throws(QueryPlanError) -> String = { name, offset throws(QueryPlanError) in
            try scope.publicColumn(name, at: offset)
        }
        func bound(_ text: String) throws(QueryPlanError) -> PublicExpression {
            try content.boundExpression(text, resolve: publicColumn)
        }
        var groupBy = [PublicExpression]()
        for text in content.groupBy { groupBy.append(try bound(text)) }
        var weights = [PublicExpression]()
        for text in content.weights { weights.append(try bound(text)) }
        self.groupBy = groupBy
        self.weights = weights
        filter = if let text = content.filter { try bound(text) } else { nil }
        let uses = try ColumnUses(content, weights: content.weights, scope: scope)
        sums = uses.sums.sorted()
        counted = uses.counted.sorted()
        let needed = Set(sums.map(\.pack)).sorted()
        guard needed == content.packs else {
            throw .plan(.packs(named: content.packs.map(\.text), needed: needed.map(\.text)))
        }
        self.plan = plan
        self.datasets = datasets
        manifest = first.manifest
    }

    var request: GroupingRequest {
        GroupingRequest(groupBy: groupBy, filter: filter, weights: weights, parameters: plan.content.parameters)
    }

    /// The columns of a pack, in the order of their slots.
    package func columns(of pack: PackName) -> [String] { manifest.schema.pack(pack)?.columns ?? [] }

    /// How each column that the plan opens is summed.
    var measures: [String: Set<Release.Measure>] {
        var measures = [String: Set<Release.Measure>]()
        for sum in sums {
            let measure = sum.weight.map { Release.Measure.weighted($0.index) } ?? .plain
            for column in columns(of: sum.pack) { measures[column, default: []].insert(measure) }
        }
        return measures
    }
}

/// A pack summed over each group: what gives one ciphertext a group.
package struct PlanSum: Hashable, Comparable, Sendable {
    /// The rows whose weights have one sign; they are multiplied in by its magnitude.
    package struct Weight: Hashable, Sendable {
        /// Of ``PlanContent/weights``.
        package let index: Int
        package let isNegative: Bool
    }

    package let pack: PackName
    /// `nil`: every row counts once.
    package let weight: Weight?

    package static func < (left: PlanSum, right: PlanSum) -> Bool { left.order < right.order }

    private var order: (PackName, Int, Int) {
        (pack, weight.map { $0.index } ?? -1, weight?.isNegative == true ? 1 : 0)
    }
}

/// The sums and counts that the columns of a plan need.
private struct ColumnUses {
    var sums = Set<PlanSum>()
    var counted = Set<String>()

    init(_ content: PlanContent, weights: [String], scope: ColumnScope) throws(QueryPlanError) {
        for column in content.select {
            guard case .aggregate(let aggregate, let name, let weight) = column.content else { continue }
            let found = try scope.computableColumn(name, for: aggregate, at: 0)
            guard found.name == name else { throw .plan(.notCanonical(name)) }
            if aggregate == .count {
                counted.insert(name)
            } else if let weight, let index = weights.firstIndex(of: weight) {
                for isNegative in [false, true] {
                    sums.insert(PlanSum(pack: found.pack, weight: .init(index: index, isNegative: isNegative)))
                }
            } else {
                sums.insert(PlanSum(pack: found.pack, weight: nil))
            }
        }
    }
}
