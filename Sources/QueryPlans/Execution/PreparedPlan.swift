import BlobStore
import Paillier
import SealedTables

/// A plan after the guard: which groups it has, and which of them may be computed.
struct PreparedPlan {
    let plan: BoundPlan
    /// Row numbers begin at 0 with the first dataset that the guard had to look at, not only with the plan's own.
    let extents: [PublicData.Extent]
    let grouping: RowGrouping
    let presence: [String: RowSet]
    let report: GuardReport

    init(
        _ plan: BoundPlan, history: [PastOpening], minimumSubjects: Int, summingUnder key: PublicKey?,
        store: any BlobStore,
        workers: Int, progress: (Int) -> Void
    ) throws {
        let relevant = try RelevantHistory(for: plan, in: history, store: store)
        let plans = [plan] + relevant.openings.map(\.plan)
        let columns = Set(plans.flatMap { $0.request.expressions.flatMap(\.columns) })
        let computable = Set(plan.measures.keys).union(plan.counted)
        let data = try PublicData(
            relevant.datasets, columns: columns.sorted(), computable: computable.sorted(),
            purpose: key.map {
                PublicData.Purpose(
                    datasets: Set(plan.plan.content.datasets), packs: Set(plan.sums.map(\.pack)), key: $0)
            },
            store: store, workers: workers, progress: progress)
        let releases = try relevant.openings.map { past, plan in
            let grouping = try data.table.group(plan.request, ranges: data.ranges(of: plan))
            // A history that does not fit its own data would let a subtraction pass unseen.
            guard past.released.isSubset(of: grouping.groups) else {
                throw QueryPlanError.result(.malformed("\(past.origin) has groups that its plan does not make"))
            }
            return Release(
                origin: past.origin, grouping: grouping, isReleased: grouping.groups.map(past.released.contains),
                measures: plan.measures)
        }
        grouping = try data.table.group(plan.request, ranges: data.ranges(of: plan))
        let query = Release(
            origin: "", grouping: grouping, measures: plan.measures, counted: Set(plan.counted))
        report = DisclosureGuard(minimumSubjects: minimumSubjects, rows: data.subjects).assess(query, after: releases)
        extents = data.extents
        presence = data.subjects.presence
        self.plan = plan
    }
}
